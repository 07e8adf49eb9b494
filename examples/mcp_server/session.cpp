// SPDX-License-Identifier: BSL-1.0
#include "session.hpp"

#include "json_rpc.hpp"

#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <utility>

namespace mcp {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_sessions = 1'000;
constexpr std::size_t most_streams = 40'000; // more than all sessions can use at a time; old ones make room
constexpr std::array<std::string_view, 8> levels{"debug", "info",     "notice", "warning",
                                                 "error", "critical", "alert",  "emergency"};

// `levels.size()` if it is none.
std::size_t index_of(std::string_view level)
{
    return static_cast<std::size_t>(std::ranges::find(levels, level) - levels.begin());
}

// Who knows the id is the session, so nobody may guess it.
std::string make_id()
{
    std::random_device random;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

} // namespace

void session::end()
{
    for (auto const& [id, scope] : calls)
        scope->cancel(); // the calls go on, and leave this list, in a later turn
    events.close();
}

void session::cancel_call(json::object const& params)
{
    auto const* const id = params.if_contains("requestId");
    auto const call = id ? calls.find(json::serialize(*id)) : calls.end();
    if (call != calls.end())
        call->second->cancel();
}

void session::take_answer(json::object const& message)
{
    auto const* const id = message.if_contains("id");
    auto const question = id && id->is_int64() ? questions.find(id->get_int64()) : questions.end();
    if (question != questions.end())
        (void)question->second.try_send(json::serialize(message));
}

void session::set_least_level(std::string_view level)
{
    if (index_of(level) == levels.size())
        throw rpc_error(invalid_params, fmt::format("{} is no level of log messages", level));
    least_level = index_of(level);
}

std::string session::log_text(std::string_view level, std::string_view text) const
{
    if (index_of(level) < least_level)
        return {};
    return notification_text("notifications/message", {{"level", level}, {"data", text}});
}

void session::log(std::string_view level, std::string_view text)
{
    auto const message = log_text(level, text);
    if (!message.empty() && !events.is_closed())
        events.publish({.data = message});
}

sessions::sessions() : streams_({.max_topics = most_streams, .unused_timeout = 5min})
{
    // The protocol says by an event with empty data where a stream begins, see `endpoint`.
    streams_.add("{session}/{stream}", {.max_events = 1'000, .send_position = false});
}

std::shared_ptr<session> sessions::open()
{
    if (open_.size() == most_sessions)
        return nullptr;
    auto const id = make_id();
    auto made = std::make_shared<session>(id, streams_.get(id + "/events").value());
    open_.emplace(id, made);
    return made;
}

std::shared_ptr<session> sessions::find(std::string_view id)
{
    auto const found = open_.find(id);
    if (found == open_.end())
        return nullptr;
    found->second->last_used = tidings::clock::now();
    return found->second;
}

void sessions::close(std::string_view id)
{
    auto const found = open_.find(id);
    if (found == open_.end())
        return;
    auto const ending = std::move(found->second);
    open_.erase(found);
    ending->end();
}

void sessions::close_idle(tidings::duration allowed)
{
    auto const now = tidings::clock::now();
    std::erase_if(open_, [&](auto const& each) {
        bool const is_idle = !each.second->is_in_use() && now - each.second->last_used > allowed;
        if (is_idle)
            each.second->end();
        return is_idle;
    });
}

tidings::topic sessions::make_stream(session& owner)
{
    return streams_.get(fmt::format("{}/{}", owner.id, owner.next_stream++)).value();
}

std::optional<tidings::topic> sessions::find_stream(session const& owner, std::string_view event_id) const
{
    auto found = streams_.find_by_event(event_id);
    if (found && !found->name().starts_with(owner.id + "/"))
        found.reset();
    return found;
}

} // namespace mcp
