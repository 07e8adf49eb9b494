// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/context.hpp>

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcp {

/// What a client has opened with `initialize`, and ends with DELETE. Everything of it happens on the one loop
/// of the server, so nothing is locked.
class session
{
public:
    session(std::string id, tidings::topic events) : id(std::move(id)), events(std::move(events)) {}

    /// Ends what the client has called, and its streams.
    void end();

    /// Throws an `rpc_error` if this is no level of MCP's.
    void set_least_level(std::string_view level);
    /// The text of a log message, for one of the client's streams; empty if the client does not want such
    /// messages.
    [[nodiscard]] std::string log_text(std::string_view level, std::string_view text) const;
    /// Sends it where it belongs to no call.
    void log(std::string_view level, std::string_view text);

    /// What the parameters of `notifications/cancelled` say. A call that is over already is no mistake.
    void cancel_call(boost::json::object const& params);
    /// The client's answer to a question of a tool's; one that nobody waits for is passed over.
    void take_answer(boost::json::object const& message);

    [[nodiscard]] bool is_in_use() const { return !calls.empty() || events.subscribers() != 0; }

    std::string const id;
    /// What belongs to no call. A client reads it with GET.
    tidings::topic events;
    /// The calls under way, by the JSON text of their ids: `7` is not `"7"`.
    std::map<std::string, tidings::context_scope*, std::less<>> calls;
    /// What the client was asked and has not answered, by the id of the question.
    std::map<std::int64_t, tidings::channel<std::string>> questions;
    std::int64_t next_question = 1;
    std::int64_t next_stream = 1;
    std::size_t least_level = 0; ///< among the levels of log messages
    tidings::time_point last_used = tidings::clock::now();
};

/// All sessions, and the streams of all of them: the topics "SESSION/NAME".
class sessions
{
public:
    sessions();

    /// A new one; null if there are as many as there may be.
    std::shared_ptr<session> open();
    std::shared_ptr<session> find(std::string_view id);
    void close(std::string_view id);

    /// Closes those that nobody has used for that long.
    void close_idle(tidings::duration allowed);

    /// A new stream, for one call.
    tidings::topic make_stream(session& owner);
    /// The stream of that session that has this event; empty if it is of another session, or too old.
    std::optional<tidings::topic> find_stream(session const& owner, std::string_view event_id) const;

private:
    std::map<std::string, std::shared_ptr<session>, std::less<>> open_;
    tidings::topic_registry streams_;
};

} // namespace mcp
