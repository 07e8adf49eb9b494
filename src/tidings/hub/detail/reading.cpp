// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/position_list.hpp>
#include <tidings/hub/detail/reading.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/stream/internal/event_writer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

/// Where a client left off in each of some topics.
class client_places
{
public:
    client_places(std::optional<std::string> id, std::vector<topic_list::item> const& topics)
        : id_(std::move(id))
    {
        if (id_)
            list_ = parse_positions(*id_);
        // The id of a stream of one topic, which this one may carry among others.
        if (id_ && !list_ && topics.size() > 1)
            is_of_one_ =
                std::ranges::any_of(topics, [&](auto const& each) { return each.of->recognizes(*id_); });
    }

    /// Empty when the topic is new to the client: it starts where the list of topics says. Places in topics
    /// that nobody asks for any more play no part. An id that nobody knows is passed on, so that the client
    /// is told.
    std::optional<std::string> in(topic_state const& topic) const
    {
        if (list_)
            return find_in_list(topic.name());
        return is_of_one_ && !topic.recognizes(*id_) ? std::nullopt : id_;
    }

private:
    std::optional<std::string> find_in_list(std::string const& name) const
    {
        auto const found = std::ranges::find(*list_, name, &position_list::value_type::first);
        return found == list_->end() ? std::nullopt : std::optional(found->second);
    }

    std::optional<std::string> id_;
    std::optional<position_list> list_;
    bool is_of_one_ = false;
};

// Of `from_id` with the id of a stream of several topics.
std::optional<std::string> start_in(topic_list::item const& of)
{
    if (of.start.what() != start_position::kind::after)
        return std::nullopt;
    return client_places(of.start_id, {}).in(*of.of);
}

// What the server gives out, it has to take back: ids come back in a header.
void require_short_ids(std::vector<topic_list::item> const& topics)
{
    if (topics.size() == 1)
        return;
    std::size_t size = internal::event_writer::finished_mark_size;
    for (auto const& each : topics)
        size += max_position_size(each.of->name(), each.of->epoch());
    if (size > max_id_bytes)
        throw std::invalid_argument(
            fmt::format("tidings: the ids of a stream of these {} topics could grow to {} bytes, and clients "
                        "send them back in a header, so {} are allowed; give the topics shorter names, or "
                        "spread them over several streams",
                        topics.size(), size, max_id_bytes));
}

} // namespace

template <typename Action>
void reading::for_each(Action action)
{
    action(first_);
    if (others_)
        std::ranges::for_each(others_->places, action);
}

template <typename Action>
void reading::for_each(Action action) const
{
    action(first_);
    if (others_)
        std::ranges::for_each(std::as_const(others_->places), action);
}

reading::entrance reading::enter(topic_list const& topics, boost::asio::any_io_executor const& executor,
                                 std::optional<std::string> const& last_event_id, reader& by)
{
    auto const& wanted = topics.items();
    if (wanted.empty())
        throw std::invalid_argument("tidings: the list of topics to follow is empty");
    require_short_ids(wanted);
    bool const is_one = wanted.size() == 1;
    client_places const places(last_event_id, wanted);
    if (!is_one)
        others_ = std::make_unique<others>();
    entrance entered;
    for (auto const& each : wanted) {
        cursor& at = &each == &wanted.front() ? first_ : others_->places.emplace_back();
        auto const id = places.in(*each.of);
        reset missing = at.enter(each, executor, id ? id : start_in(each));
        entered.knows_place &= id.has_value() && missing.reason == gap::none;
        if (missing.reason == gap::none)
            continue;
        if (!is_one)
            missing.topic = each.of->name();
        entered.told.push_back(std::move(missing));
    }
    for_each([&](cursor& at) { at.join(by); });
    return entered;
}

void reading::leave()
{
    for_each([](cursor& at) { at.leave(); });
}

cursor& reading::take_turn() noexcept
{
    if (is_single())
        return first_;
    auto& [places, turn] = *others_;
    bool const is_first = turn == places.end();
    cursor& taken = is_first ? first_ : *turn;
    turn = is_first ? places.begin() : std::next(turn);
    return taken;
}

bool reading::is_over() const noexcept
{
    bool is_over = true;
    for_each([&](cursor const& at) { is_over &= at.is_over(); });
    return is_over;
}

std::string reading::position(cursor const& at, std::uint64_t next) const
{
    if (is_single())
        return at.place_id(next);
    std::string id;
    for_each([&](cursor const& each) {
        append_position(id, each.topic().name(), each.place_id(&each == &at ? next : each.next()));
    });
    return id;
}

internal::shared_frame reading::addressed(cursor const& at, std::uint64_t number,
                                          internal::shared_frame const& frame) const
{
    event_text const own = frame.event();
    if (is_single() || own.id_line().empty())
        return frame;
    std::string text = "id: " + position(at, number + 1) + '\n';
    text += own.body();
    return internal::shared_frame(text);
}

std::string reading::position() const
{
    return position(first_, first_.next());
}

reset reading::overflow_reset(cursor const& at, std::uint64_t dropped) const
{
    reset told = at.topic().overflow_reset(dropped);
    if (!is_single())
        told.topic = at.topic().name();
    return told;
}

} // namespace tidings::detail
