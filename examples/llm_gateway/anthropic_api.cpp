// SPDX-License-Identifier: BSL-1.0
#include "anthropic_api.hpp"

#include <tidings/http/response.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/ticker.hpp>

#include "anthropic_error.hpp"
#include "failure.hpp"
#include "translation.hpp"

#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace gateway {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

// Clients of Anthropic's API send their key in a header of its own.
std::string authorization_of(tidings::request const& request)
{
    auto const key = request.header("x-api-key");
    return key.empty() ? std::string(request.header("Authorization")) : fmt::format("Bearer {}", key);
}

auto send(tidings::event_stream& out, json::object const& event)
{
    auto const text = json::serialize(event);
    return out.send({.type = event.at("type").as_string(), .data = text});
}

// [ping]
// A task of the handler. It may point to the stream, because a handler's tasks are joined before its
// stream dies.
asio::awaitable<void> send_pings(tidings::context ctx, tidings::duration interval, tidings::event_stream* out)
{
    tidings::ticker next(interval);
    while (co_await next.tick(ctx))
        co_await out->send({.type = "ping", .data = R"({"type":"ping"})"});
}
// [/ping]

// [translate]
asio::awaitable<void> translate_events(tidings::context ctx, upstream_answer& answer,
                                       std::string const& model, tidings::event_stream& out)
{
    message_events events(model);
    co_await send(out, events.start());
    co_await send(out, events.start_text());
    for (;;) {
        auto const chunk = co_await answer.next_event(ctx);
        if (!chunk)
            throw failure(502, "the model ended its answer early");
        if (chunk->data() == "[DONE]")
            break;
        auto const part = events.take(chunk->data());
        if (!part.empty())
            co_await send(out, events.text(part));
    }
    co_await send(out, events.end_text());
    co_await send(out, events.end());
    co_await send(out, events.stop());
}
// [/translate]

asio::awaitable<void> answer_message(upstream const& model, tidings::duration ping_interval,
                                     tidings::context ctx, tidings::request const& request,
                                     tidings::event_stream& out)
{
    auto const asked = to_chat_request(request.body());
    auto const pinging = tidings::with_cancel(ctx); // ends with this function, however it is left
    if (asked.is_stream)
        tidings::spawn(pinging, send_pings, ping_interval, &out);
    auto const authorization = authorization_of(request);
    auto answer = co_await ask(model, ctx, authorization, asked.body);
    if (answer.is_stream()) {
        co_await translate_events(ctx, answer, asked.model, out);
        co_return;
    }
    auto const body = co_await answer.read_all(ctx);
    if (answer.status() != 200)
        throw failure(answer.status(), error_message(body), answer.retry_after());
    auto whole = tidings::response::json(to_message(body));
    co_await out.respond(std::move(whole));
}

tidings::response refusal(failure const& failed)
{
    auto answer = tidings::response::json(to_error(failed), failed.status());
    if (!failed.retry_after().empty())
        answer.with_header("Retry-After", failed.retry_after());
    return answer;
}

} // namespace

asio::awaitable<void> create_message(upstream const& model, tidings::duration ping_interval,
                                     tidings::context ctx, tidings::request const& request,
                                     tidings::event_stream& out)
{
    auto const limited = tidings::with_timeout(ctx, model.deadline);
    std::optional<failure> failed;
    try {
        co_await answer_message(model, ping_interval, limited, request, out);
    } catch (failure const& error) {
        failed = error; // C++ has no co_await in a catch block
    }
    if (failed && out.is_head_sent())
        co_await out.send({.type = "error", .data = to_error(*failed)});
    else if (failed)
        co_await out.respond(refusal(*failed));
}

} // namespace gateway
