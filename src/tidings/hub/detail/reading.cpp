// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/position_list.hpp>
#include <tidings/hub/detail/reading.hpp>
#include <tidings/sse/event_text.hpp>

#include <algorithm>
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
    std::vector<reset> told;
    cursor* at = &first_;
    for (auto const& each : wanted) {
        if (&each != &wanted.front())
            at = &at->add_sibling();
        auto const& name = each.of->options().name;
        auto const id = is_one ? last_event_id : place_in(places, name, last_event_id);
        reset missing = at->enter(each, executor, id);
        if (missing.reason == gap::none)
            continue;
        if (!is_one)
            missing.topic = name;
        told.push_back(std::move(missing));
    }
    for (cursor* each = &first_; each; each = each->sibling())
        each->join(by);
    return told;
}

void reading::leave()
{
    for (cursor* each = &first_; each; each = each->sibling())
        each->leave();
}

cursor& reading::take_turn() noexcept
{
    cursor& taken = *turn_;
    turn_ = taken.sibling() ? taken.sibling() : &first_;
    return taken;
}

bool reading::is_over() const noexcept
{
    for (cursor const* each = &first_; each; each = each->sibling())
        if (!each->is_over())
            return false;
    return true;
}

std::string reading::position(cursor const& at, std::uint64_t next) const
{
    if (is_single())
        return at.place_id(next);
    std::string id;
    for (cursor const* each = &first_; each; each = each->sibling())
        append_position(id, each->topic().options().name, each->place_id(each == &at ? next : each->next()));
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
