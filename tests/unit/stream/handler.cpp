// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/handler.hpp>
#include <tidings/testing/stream.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>
#include <utility>

namespace asio = boost::asio;
using tidings::context;
using tidings::event_stream;
using tidings::handler;
using tidings::request;
using tidings::response;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

asio::awaitable<void> stream_path(context, request const& asked, event_stream& out)
{
    co_await out.send({.data = asked.path()});
}

asio::awaitable<void> stream_path_shortly(context, event_stream& out)
{
    co_await out.send({.data = out.request().path()});
}

asio::awaitable<response> tell_path(context, request const& asked)
{
    co_return response::text(std::string(asked.path()));
}

asio::awaitable<response> tell_shortly(context ctx)
{
    co_return response::text(ctx.is_done() ? "over" : "going on");
}

asio::awaitable<void> stream_name(std::string const& name, context, event_stream& out)
{
    co_await out.send({.data = name});
}

asio::awaitable<response> tell_name(std::string name, context)
{
    co_return response::text(std::move(name));
}

asio::awaitable<void> send(char const* text, event_stream& out)
{
    co_await out.send({.data = text});
}

asio::awaitable<response> tell(char const* text)
{
    co_return response::text(text);
}

/// Can be called in each of the four ways, and answers with the one that was chosen.
struct of_four_shapes
{
    asio::awaitable<void> operator()(context const&, request const&, event_stream& out)
    {
        return send("longest", out);
    }
    asio::awaitable<response> operator()(context const&, request const&) { return tell("with a request"); }
    asio::awaitable<void> operator()(context const&, event_stream& out) { return send("with a stream", out); }
    asio::awaitable<response> operator()(context const&) { return tell("shortest"); }
};

struct of_three_shapes
{
    asio::awaitable<response> operator()(context const&, request const&) { return tell("with a request"); }
    asio::awaitable<void> operator()(context const&, event_stream& out) { return send("with a stream", out); }
    asio::awaitable<response> operator()(context const&) { return tell("shortest"); }
};

struct of_two_shapes
{
    asio::awaitable<void> operator()(context const&, event_stream& out) { return send("with a stream", out); }
    asio::awaitable<response> operator()(context const&) { return tell("shortest"); }
};

/// What the handler has sent as its one event; empty where it gave a plain answer.
std::string streamed(handler answer)
{
    virtual_time time;
    CHECK(answer.is_stream);
    stream client(time, std::move(answer), request::get("/here"));
    auto const sent = client.next_event();
    return sent ? sent->data() : std::string();
}

std::string told(handler answer)
{
    virtual_time time;
    CHECK_FALSE(answer.is_stream);
    stream const client(time, std::move(answer), request::get("/here"));
    return std::string(client.text());
}

} // namespace

TEST_CASE("a handler has one of four shapes")
{
    CHECK(streamed(stream_path) == "/here");
    CHECK(streamed(stream_path_shortly) == "/here");
    CHECK(told(tell_path) == "/here");
    CHECK(told(tell_shortly) == "going on");
}

TEST_CASE("the shorter shapes behind what is bound")
{
    std::string const name = "bound";
    CHECK(streamed(std::bind_front(stream_name, std::cref(name))) == "bound");
    CHECK(told(std::bind_front(tell_name, name)) == "bound");
    CHECK(told([name](context ctx) { return tell_name(name, std::move(ctx)); }) == "bound");
}

// Parameters of any type: what it returns says which of the shapes with as many parameters is meant.
TEST_CASE("a generic lambda is a handler")
{
    CHECK(streamed([](auto, auto&, auto& out) -> asio::awaitable<void> {
              co_await out.send({.data = "3"});
          }) == "3");
    CHECK(streamed([](auto, auto& out) -> asio::awaitable<void> { co_await out.send({.data = "2"}); }) ==
          "2");
    CHECK(told([](auto, auto& asked) -> asio::awaitable<response> {
              co_return response::text(std::string(asked.path()));
          }) == "/here");
    CHECK(told([](auto) -> asio::awaitable<response> { co_return response::text("1"); }) == "1");
}

TEST_CASE("what can be called in several ways is called in the first of them")
{
    CHECK(streamed(of_four_shapes()) == "longest");
    CHECK(told(of_three_shapes()) == "with a request");
    CHECK(streamed(of_two_shapes()) == "with a stream");
}
