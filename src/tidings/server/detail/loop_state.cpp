// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/http_date.hpp>
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/http1_requests.hpp>
#include <tidings/server/detail/loop_state.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tidings::detail {

namespace {

constexpr duration beat = std::chrono::seconds(1);
constexpr duration allowed_delay = std::chrono::milliseconds(100);

// When there will be room again nobody knows.
constexpr std::chrono::milliseconds shortest_mean_of_refused(5000);

} // namespace

loop_state::loop_state(boost::asio::io_context& loop, std::shared_ptr<shared_state> all, std::uint64_t seed)
    : loop_timer(internal::loop::of(loop.get_executor())), io(loop), shared(std::move(all)),
      root(context::root(io.get_executor())), random(seed), sockets(std::make_shared<internal::reactor>(io)),
      buffers(io, shared->buffers), last_beat(shared->beats.emplace_back())
{
    if (shared->options.per_principal.unsent_bytes != 0)
        buffers.on_step = [this] { unsent_.note(); };
}

loop_state::~loop_state()
{
    unsent_.forget();
}

void loop_state::watch_for_delays()
{
    (void)take_delay(); // what held up the loop before is not this server's
    last_beat = now();
    set(now() + beat);
}

void loop_state::on_time()
{
    auto const late = take_delay();
    openings.end_second(late >= allowed_delay);
    if (late >= allowed_delay)
        shared->log(
            log_kind::loop_blocked, log_level::warning,
            fmt::format("a loop was blocked for {} ms: a handler computes or makes a blocking call on it, "
                        "and all its other streams wait; use run_blocking",
                        std::chrono::duration_cast<std::chrono::milliseconds>(late).count()));
    watch_for_delays();
}

// All loops bear what this one does: clients are dealt out evenly.
std::chrono::milliseconds loop_state::mean_pause() const noexcept
{
    double const set = shared->options.openings_per_second;
    double const borne = static_cast<double>(openings.borne()) * static_cast<double>(shared->loop_count);
    return detail::mean_pause(shared->streams_by_address.all(), set > 0 ? set : borne);
}

std::optional<std::chrono::milliseconds> loop_state::new_pause(std::uint8_t& told)
{
    auto const mean = mean_pause();
    if (!is_out_of_date(told, mean))
        return std::nullopt;
    told = static_cast<std::uint8_t>(std::chrono::round<std::chrono::seconds>(mean).count());
    return draw_pause(mean, random());
}

response loop_state::refusal(request const& asked, int status, std::string_view why)
{
    auto const mean = std::max(mean_pause(), shortest_mean_of_refused);
    return shared->refusal(asked, status, draw_pause(mean, random()), why);
}

std::string_view loop_state::date()
{
    auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (std::exchange(date_made_, now) != now)
        internal::http_date(now).copy(date_.data(), date_.size());
    return {date_.data(), date_.size()};
}

reception loop_state::receive(request& head, std::optional<std::uint64_t> body_size,
                              internal::peer_address const& from, admission given)
{
    internal::access::set_remote_address(head, shared->proxies.client_address(from.to_string(), head));
    reception decided = shared->routes.find(head, shared->log);
    bool const is_stream = decided.to && decided.to->is_stream;
    if (given == admission::full) {
        decided.answer = refusal(head, 503, "the server is full");
    } else if (given == admission::too_many_of_address) {
        decided.answer = refusal(head, 429, "too many connections from this address");
    } else if (decided.answer) { // of a check, or since there is no route
        return decided;
    } else if (body_size > decided.settings->body_bytes) {
        ++shared->counts.bad_requests;
        decided.answer = response::text("the body is too large\n", 413);
    } else if (is_stream && event_stream::is_finished_id(head.last_event_id().value_or(""))) {
        // A cache may keep a 204, and does not look at Last-Event-ID: it would turn everybody away.
        decided.answer = response(204).with_header("Cache-Control", "no-store");
    } else if (is_stream) {
        decided.answer = refuse_stream(head, false);
    }
    return decided;
}

std::optional<response> loop_state::refuse_stream(request const& asked, bool is_taken)
{
    auto const& options = shared->options;
    auto const refuse = [&](int status, std::string_view why) {
        ++shared->counts.refused;
        return refusal(asked, status, why);
    };
    if (is_draining)
        return refuse(503, "the server is stopping");
    if (auto const limit = options.per_address.streams; limit != 0) {
        std::string const account = shared->proxies.account_of(asked.remote_address());
        if (!account.empty() && shared->streams_by_address.count(account) - is_taken >= limit) {
            ++shared->counts.over_limit_of_address;
            return refuse(429, "too many streams from this address");
        }
    }
    if (char const* const why = asked.principal().empty() ? nullptr : exceeded_limit(asked, is_taken)) {
        ++shared->counts.over_limit_of_principal;
        return refuse(429, why);
    }
    return std::nullopt;
}

// Of its principal; null if none is.
char const* loop_state::exceeded_limit(request const& asked, bool is_taken)
{
    std::string_view const name = asked.principal();
    std::size_t const limit = shared->options.per_principal.streams;
    if (limit != 0 && shared->streams_by_principal.count(name) - is_taken >= limit)
        return "too many streams of this user";
    bool const opens = is_taken && asked.method() != "HEAD";
    auto& openings = shared->openings_by_principal;
    bool const may_open = opens ? openings.take_one(name, now()) : openings.has_one(name, now());
    return may_open ? nullptr : "this user opens streams too often";
}

std::unique_ptr<incoming> loop_state::take_incoming()
{
    if (unused_.empty()) {
        auto const& options = shared->options;
        return std::make_unique<incoming>(
            internal::parser_limits{.head = options.head_bytes, .body = options.body_bytes});
    }
    auto taken = std::move(unused_.back());
    unused_.pop_back();
    return taken;
}

void loop_state::give_back(std::unique_ptr<incoming> used)
{
    if (!used || unused_.size() == kept_parsers)
        return;
    used->parser.reset();
    used->decided = {};
    used->behind = nullptr;
    unused_.push_back(std::move(used));
}

internal::link_list& loop_state::list_of(connection const& member) noexcept
{
    return lists_[static_cast<std::size_t>(member.occupation_)];
}

void loop_state::enter(connection& added) noexcept
{
    list_of(added).push_back(static_cast<connection_link&>(added));
}

void loop_state::leave(connection& gone) noexcept
{
    static_cast<connection_link&>(gone).unlink();
    if (is_draining && is_empty())
        (void)emptied.try_send();
}

void loop_state::move(connection& moved, occupation now) noexcept
{
    static_cast<connection_link&>(moved).unlink();
    moved.occupation_ = now;
    list_of(moved).push_back(static_cast<connection_link&>(moved));
}

bool loop_state::is_empty() const noexcept
{
    return std::ranges::all_of(lists_, &internal::link_list::is_empty);
}

std::vector<boost::intrusive_ptr<connection>> loop_state::connections(std::optional<occupation> doing,
                                                                      std::size_t most)
{
    std::vector<boost::intrusive_ptr<connection>> some;
    for (auto& of : lists_)
        if (!doing || &of == &lists_[static_cast<std::size_t>(*doing)])
            for (auto* at = of.first(); at && some.size() < most; at = of.after(*at))
                some.emplace_back(static_cast<connection*>(static_cast<connection_link*>(at)));
    return some;
}

} // namespace tidings::detail
