// SPDX-License-Identifier: BSL-1.0
#include "endpoint.hpp"

#include <tidings/middleware/check_host.hpp>
#include <tidings/middleware/check_origin.hpp>
#include <tidings/wait/ticker.hpp>

#include "json_rpc.hpp"

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcp {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;
using tidings::response;

namespace {

constexpr std::array<std::string_view, 3> revisions{"2025-11-25", "2025-06-18", "2025-03-26"};
constexpr auto pause_before_return = 300ms; // of a client that has lost its connection

bool is_known(std::string_view revision)
{
    return std::ranges::find(revisions, revision) != revisions.end();
}

bool accepts(tidings::request const& asked, std::string_view type)
{
    return asked.header("Accept").find(type) != std::string_view::npos;
}

response refuse(int status, int code, std::string_view why)
{
    return response::json(error_text(nullptr, code, why), status);
}

// What stands in the way of a request that should be of an open session.
std::optional<response> obstacle(tidings::request const& asked, session const* from)
{
    auto const revision = asked.header("MCP-Protocol-Version");
    if (!revision.empty() && !is_known(revision))
        return refuse(400, invalid_request, "this revision of the protocol is not supported");
    if (!asked.has_header("Mcp-Session-Id"))
        return refuse(400, invalid_request, "the header Mcp-Session-Id is missing: begin with initialize");
    if (!from)
        return refuse(404, invalid_request, "no such session, or no longer: begin with initialize");
    return std::nullopt;
}

asio::awaitable<void> close_idle_sessions(tidings::context ctx, sessions* all)
{
    tidings::ticker every_minute(1min);
    while (co_await every_minute.tick(ctx))
        all->close_idle(30min);
}

} // namespace

void endpoint::serve(tidings::server& server, std::string_view path)
{
    server_ = &server;
    server.check(tidings::check_local_host());
    server.check(tidings::check_origin());
    server.post(path, std::bind_front(&endpoint::post, this));
    server.get(path, std::bind_front(&endpoint::get, this));
    server.del(path, std::bind_front(&endpoint::end_session, this));
}

void endpoint::start()
{
    server_->spawn(close_idle_sessions, &sessions_);
}

// [post]
asio::awaitable<void> endpoint::post(context, request const& asked, tidings::event_stream& out)
{
    auto answer = take(asked);
    if (auto const* const stream = std::get_if<tidings::topic>(&answer)) {
        co_await out.retry(pause_before_return);
        stream->attach(out, tidings::from_oldest()); // the call may have begun to speak already
    } else {
        co_await out.respond(std::move(std::get<response>(answer)));
    }
}
// [/post]

// [get]
asio::awaitable<void> endpoint::get(context, request const& asked, tidings::event_stream& out)
{
    auto const from = sessions_.find(asked.header("Mcp-Session-Id"));
    auto refused = obstacle(asked, from.get());
    auto const event_id = out.last_event_id();
    if (!refused && !event_id) {
        from->events.attach(out);
        from->events.publish({.data = ""}); // tells the client its place
    } else if (!refused) {
        auto const stream = sessions_.find_stream(*from, *event_id);
        if (stream)
            stream->attach(out); // behind that event
        else
            refused = refuse(400, invalid_request, "no stream of this session has that event any more");
    }
    if (refused)
        co_await out.respond(std::move(*refused));
}
// [/get]

asio::awaitable<response> endpoint::end_session(context, request const& asked)
{
    auto const from = sessions_.find(asked.header("Mcp-Session-Id"));
    auto refused = obstacle(asked, from.get());
    if (refused)
        co_return std::move(*refused);
    sessions_.close(from->id);
    co_return response(204);
}

endpoint::outcome endpoint::take(request const& asked)
{
    if (!accepts(asked, "application/json") || !accepts(asked, "text/event-stream"))
        return refuse(406, invalid_request,
                      "the client has to accept application/json and text/event-stream");
    boost::system::error_code error;
    json::value const parsed = json::parse(asked.body(), error);
    if (error || !parsed.is_object())
        return refuse(400, parse_error, "the body is no JSON object");
    json::object const& message = parsed.get_object();
    auto const* const method = message.if_contains("method");
    if (method && *method == "initialize")
        return initialize(message);

    auto const from = sessions_.find(asked.header("Mcp-Session-Id"));
    if (auto refused = obstacle(asked, from.get()))
        return std::move(*refused);
    if (method && method->is_string() && message.contains("id"))
        return take_request(from, message);
    if (!method)
        from->take_answer(message);
    else if (*method == "notifications/cancelled")
        from->cancel_call(object_of(message, "params"));
    return response(202);
}

response endpoint::initialize(json::object const& message)
{
    auto const opened = sessions_.open();
    if (!opened)
        return refuse(503, internal_error, "too many sessions").with_header("Retry-After", "60");
    auto const params = object_of(message, "params");
    auto const* const wanted = params.if_contains("protocolVersion");
    bool const agreed = wanted && wanted->is_string() && is_known(wanted->get_string());
    json::object result{{"protocolVersion", agreed ? *wanted : json::value(revisions.front())},
                        {"capabilities", offers_.capabilities},
                        {"serverInfo", {{"name", offers_.name}, {"version", "1.0.0"}}}};
    auto const* const id = message.if_contains("id");
    return response::json(result_text(id ? *id : json::value(), std::move(result)))
        .with_header("Mcp-Session-Id", opened->id);
}

} // namespace mcp
