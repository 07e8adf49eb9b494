// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/wait/context.hpp>

#include "session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace mcp {

/// One call of a tool, as the tool sees it. What it sends to the client goes into the stream of the call, and
/// reaches the client also when that has lost its connection meanwhile.
class tool_call
{
public:
    tool_call(std::shared_ptr<session> caller, tidings::topic stream, boost::json::object const& params);

    [[nodiscard]] boost::json::object const& arguments() const noexcept { return arguments_; }

    /// Nothing is sent if the client has not asked for it.
    void report_progress(double done, double total);
    /// At the level "info".
    void log(std::string_view text);

    /// Asks the client something (`elicitation/create`, `sampling/createMessage`), and waits for its answer.
    /// Throws an `rpc_error` if the client answers with one, or the context ends.
    boost::asio::awaitable<boost::json::object> ask(tidings::context ctx, std::string method,
                                                    boost::json::object params);

    /// Closes the connection. The client comes back by itself, and gets what it has missed.
    void send_away();

private:
    std::shared_ptr<session> caller_;
    tidings::topic stream_;
    boost::json::object arguments_;
    boost::json::value progress_token_;
};

/// The content of a tool's answer that is one text.
boost::json::array text_content(std::string_view text);

/// A tool either answers at once, or takes its time. The call of one is answered with JSON, and that of the
/// other with a stream. What it throws is told to the model as an error of the tool; an `rpc_error` is one of
/// the protocol.
struct tool
{
    boost::json::object description; ///< as `tools/list` gives it: name, description, inputSchema
    std::function<boost::json::array(boost::json::object const& arguments)> answer{};
    std::function<boost::asio::awaitable<boost::json::array>(tidings::context, tool_call&)> run{};
};

/// What a server offers.
struct service
{
    std::string name;
    boost::json::object capabilities;
    std::map<std::string, tool, std::less<>> tools;
    /// Methods beside `tools/list` and `tools/call`, such as `resources/read`; they answer at once.
    std::map<std::string, std::function<boost::json::object(boost::json::object const& params)>, std::less<>>
        methods{};
};

} // namespace mcp
