// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/server/server.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include "service.hpp"
#include "session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <string_view>
#include <variant>

namespace mcp {

/// The address of an MCP server, by the transport "Streamable HTTP" of revision 2025-11-25: POST takes a
/// message, GET opens a stream or resumes one, DELETE ends the session. For a server with one loop, which
/// ends before this.
class endpoint
{
public:
    explicit endpoint(service offered) : offers_(std::move(offered)) {}

    /// Adds the routes at `path`, and the checks that keep pages of other sites out.
    void serve(tidings::server& server, std::string_view path);

    /// Starts what closes idle sessions; once the server has started.
    void start();

private:
    using context = tidings::context;
    using request = tidings::request;
    /// A stream, or the answer in its place.
    using outcome = std::variant<tidings::topic, tidings::response>;

    boost::asio::awaitable<void> post(context ctx, request const& asked, tidings::event_stream& out);
    boost::asio::awaitable<void> get(context ctx, request const& asked, tidings::event_stream& out);
    boost::asio::awaitable<tidings::response> end_session(context ctx, request const& asked);

    outcome take(request const& asked);
    outcome take_request(std::shared_ptr<session> const& from, boost::json::object const& message);
    outcome call_tool(std::shared_ptr<session> const& from, boost::json::value const& id,
                      boost::json::object const& params);
    tidings::response initialize(boost::json::object const& message);
    boost::json::object list_tools() const;

    service offers_;
    sessions sessions_;
    tidings::server* server_ = nullptr;
};

} // namespace mcp
