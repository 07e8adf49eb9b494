// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/position_list.hpp>
#include <tidings/hub/detail/reading.hpp>
#include <tidings/sse/event_text.hpp>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

// The client's place in one of the topics. A client that comes with the id of another stream, or of one topic
// alone, gets told: its id is passed on, and the topic does not know it.
std::optional<std::string> place_in(std::optional<position_list> const& places, std::string const& topic,
                                    std::optional<std::string> const& whole_id)
{
    if (!places)
        return whole_id;
    auto const found =
        std::find_if(places->begin(), places->end(), [&](auto const& each) { return each.first == topic; });
    // A topic that is new to the client's list starts where the list says.
    return found == places->end() ? std::nullopt : std::optional(found->second);
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

std::vector<reset> reading::enter(topic_list const& topics, boost::asio::any_io_executor const& executor,
                                  std::optional<std::string> const& last_event_id, reader& by)
{
    auto const& wanted = topics.items();
    if (wanted.empty())
        throw std::invalid_argument("tidings: the list of topics to follow is empty");
    bool const is_one = wanted.size() == 1;
    std::optional<position_list> places;
    if (!is_one && last_event_id)
        places = parse_positions(*last_event_id);
    if (!is_one)
        others_ = std::make_unique<others>();
    std::vector<reset> told;
    for (auto const& each : wanted) {
        cursor& at = &each == &wanted.front() ? first_ : others_->places.emplace_back();
        auto const& name = each.of->options().name;
        auto const id = is_one ? last_event_id : place_in(places, name, last_event_id);
        reset missing = at.enter(each, executor, id);
        if (missing.reason == gap::none)
            continue;
        if (!is_one)
            missing.topic = name;
        told.push_back(std::move(missing));
    }
    for_each([&](cursor& at) { at.join(by); });
    return told;
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
        append_position(id, each.topic().options().name, each.place_id(&each == &at ? next : each.next()));
    });
    return id;
}

shared_frame reading::addressed(cursor const& at, std::uint64_t number, shared_frame const& frame) const
{
    event_text const own = frame.event();
    if (is_single() || own.id_line().empty())
        return frame;
    std::string text = "id: " + position(at, number + 1) + '\n';
    text += own.body();
    return shared_frame(text);
}

std::string reading::position() const
{
    return position(first_, first_.next());
}

reset reading::overflow_reset(cursor const& at, std::uint64_t dropped) const
{
    reset told = at.topic().overflow_reset(dropped);
    if (!is_single())
        told.topic = at.topic().options().name;
    return told;
}

} // namespace tidings::detail
