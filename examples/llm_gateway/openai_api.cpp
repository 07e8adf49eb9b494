// SPDX-License-Identifier: BSL-1.0
#include "openai_api.hpp"

#include <tidings/http/response.hpp>

#include "failure.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <string>
#include <utility>

namespace gateway {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

std::string openai_error(failure const& failed)
{
    json::object const what{
        {"message", failed.what()}, {"type", "upstream_error"}, {"code", failed.status()}};
    return json::serialize(json::object{{"error", what}});
}

tidings::response with_retry_after(tidings::response answer, std::string value)
{
    if (!value.empty())
        answer.with_header("Retry-After", std::move(value));
    return answer;
}

// [relay]
// Hands on each event until "[DONE]". Silence of the model costs nothing: the server sends comments
// meanwhile.
asio::awaitable<void> hand_on_events(tidings::context ctx, upstream_answer& answer,
                                     tidings::event_stream& out)
{
    while (auto event = co_await answer.next_event(ctx)) {
        co_await out.send({.data = event->data()});
        if (event->data() == "[DONE]")
            co_return;
    }
    throw failure(502, "the model ended its answer early");
}

asio::awaitable<void> hand_on(upstream const& model, tidings::context ctx, tidings::request const& request,
                              tidings::event_stream& out)
{
    auto answer = co_await ask(model, ctx, request.header("Authorization"), request.body());
    if (answer.is_stream()) {
        co_await hand_on_events(ctx, answer, out);
    } else {
        auto body = co_await answer.read_all(ctx);
        auto whole = tidings::response::json(std::move(body), answer.status());
        co_await out.respond(with_retry_after(std::move(whole), answer.retry_after()));
    }
}
// [/relay]

} // namespace

// [complete]
asio::awaitable<void> complete_chat(upstream const& model, tidings::context ctx,
                                    tidings::request const& request, tidings::event_stream& out)
{
    auto const limited = tidings::with_timeout(ctx, model.deadline);
    std::optional<failure> failed;
    try {
        co_await hand_on(model, limited, request, out);
    } catch (failure const& error) {
        failed = error; // C++ has no co_await in a catch block
    }
    if (failed && out.is_head_sent())
        co_await out.send({.data = openai_error(*failed)});
    else if (failed)
        co_await out.respond(with_retry_after(
            tidings::response::json(openai_error(*failed), failed->status()), failed->retry_after()));
}
// [/complete]

} // namespace gateway
