// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/response_framing.hpp>
#include <tidings/http/response.hpp>
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/http1_requests.hpp>
#include <tidings/server/detail/room.hpp>

#include <algorithm>

namespace tidings::detail {

namespace {

constexpr std::size_t idle_ones_a_victim = 64;

// Only the oldest requests are compared; and one that has only just begun is not slow.
constexpr std::size_t compared_requests = 256;
constexpr auto shortest_wait = std::chrono::seconds(1);

/// How many idle connections each address holds. What many share, a proxy or a unix socket, is nobody's
/// address: each connection then stands for itself.
class holders
{
public:
    explicit holders(std::vector<boost::intrusive_ptr<connection>> const& idle)
    {
        for (auto const& each : idle)
            if (!each->is_of_nobody())
                sorted_.push_back(each->peer().network());
        std::ranges::sort(sorted_);
        for (auto const& each : sorted_)
            most_ = std::max(most_, count(each));
    }

    bool holds_most(connection const& one) const
    {
        return (one.is_of_nobody() ? 1 : count(one.peer().network())) == most_;
    }

private:
    std::size_t count(internal::peer_address const& network) const
    {
        return std::ranges::equal_range(sorted_, network).size();
    }

    std::vector<internal::peer_address> sorted_;
    std::size_t most_ = 1;
};

bool end_longest_idle(loop_state& home)
{
    auto const idle = home.connections(occupation::idle);
    holders const of(idle);
    std::size_t left = 1 + idle.size() / idle_ones_a_victim;
    bool has_ended_one = false;
    for (auto const& each : idle) {
        if (left == 0)
            break;
        if (!of.holds_most(*each) || !each->end_if_idle())
            continue;
        has_ended_one = true;
        --left;
    }
    return has_ended_one;
}

bool end_slowest_request(loop_state& home)
{
    connection* slowest = nullptr;
    auto const coming_in = home.connections(occupation::reading, compared_requests);
    for (auto const& each : coming_in)
        if (each->time_reading() >= shortest_wait && (!slowest || each->is_slower_than(*slowest)))
            slowest = each.get();
    if (!slowest)
        return false;
    slowest->end_for_room();
    return true;
}

// The request, if it has come whole. What has come is read in any case: unread, it would turn the close into
// a reset, which can overtake the answer.
request read_request(loop_state& home, internal::peer_socket const& socket)
{
    auto const got = socket.receive(home.scratch);
    auto reading = home.take_incoming();
    bool const is_whole =
        got.what == internal::receive_result::bytes &&
        reading->parser.feed({home.scratch.data(), got.count}).state == internal::parse_state::complete;
    request asked = is_whole ? reading->parser.take() : request::get("/");
    home.give_back(std::move(reading));
    return asked;
}

} // namespace

bool make_room(loop_state& home)
{
    return end_longest_idle(home) || end_slowest_request(home);
}

bool relieve_buffers(loop_state& home)
{
    std::vector<std::pair<std::size_t, boost::intrusive_ptr<connection>>> holders;
    for (auto& each : home.connections())
        if (std::size_t const held = each->can_be_relieved_of(); held != 0)
            holders.emplace_back(held, std::move(each));
    std::ranges::sort(holders, std::greater(), [](auto const& each) { return each.first; });

    std::size_t excess = home.shared->buffers.excess();
    for (auto const& [held, each] : holders) {
        if (excess == 0)
            break;
        each->end_for_buffers();
        excess -= std::min(excess, held);
    }
    return excess == 0;
}

void turn_away(loop_state& home, internal::stream_socket accepted, internal::encryption const* tls,
               std::string_view why)
{
    ++home.shared->counts.refused;
    if (tls)
        return;
    internal::peer_socket const socket(std::move(accepted));
    request const asked = read_request(home, socket);
    send_last_answer(home, socket, home.refusal(asked, 503, why));
    socket.shutdown_send();
}

void send_last_answer(loop_state& home, internal::peer_socket const& socket, response const& answer)
{
    std::string text = internal::plain_head(answer.status(), answer.fields(), answer.body().size(),
                                            {.keep_alive = false, .date = home.date()});
    text += answer.body();
    boost::asio::const_buffer const all(text.data(), text.size());
    (void)socket.send({&all, 1});
}

} // namespace tidings::detail
