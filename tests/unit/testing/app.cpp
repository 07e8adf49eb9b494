// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/testing/app.hpp>
#include <tidings/testing/print.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/ticker.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::event_stream;
using tidings::headers;
using tidings::request;
using tidings::response;
using tidings::testing::app;
using tidings::testing::virtual_time;

namespace {

asio::awaitable<response> tell_job(context, request const& asked)
{
    co_return response::text("job " + asked.param("id") + " of " + std::string(asked.principal()) + " at " +
                             std::string(asked.remote_address()));
}

asio::awaitable<response> echo(context, request const& asked)
{
    co_return response::text(asked.body());
}

asio::awaitable<void> wait_silently(context ctx, request const&, event_stream&)
{
    tidings::after never(10h);
    co_await never.wait(ctx);
}

asio::awaitable<void> follow(tidings::topic news, context ctx, request const&, event_stream& out)
{
    co_await news.follow(ctx, out);
    if (ctx.reason() == tidings::end_reason::server_stopping)
        co_await out.send({.data = "goodbye"});
}

asio::awaitable<void> count_up(context ctx, int* seconds)
{
    tidings::ticker every_second(1s);
    while (co_await every_second.tick(ctx))
        ++*seconds;
}

std::optional<response> refuse(request const&, headers&)
{
    return response::text("refused\n", 403);
}

std::optional<response> name_guest(request& asked, headers& of_the_answer)
{
    of_the_answer.add("X-Checked", "yes");
    if (asked.principal().empty())
        asked.set_principal("guest");
    return std::nullopt;
}

tidings::stream_handler say_who_wraps(tidings::stream_handler inner)
{
    return [inner = std::move(inner)](context ctx, request& asked, event_stream& out) {
        out.add_header("X-Wrapped", std::string(asked.principal()));
        return inner(std::move(ctx), asked, out);
    };
}

struct app_fixture
{
    virtual_time time;
    tidings::topic news;
    tidings::server served{time.loop(), options()};

    static tidings::server_options options()
    {
        tidings::server_options all;
        all.log = [](tidings::log_level, std::string_view) {};
        all.per_address.streams = 2;
        return all;
    }
};

} // namespace

// What a request meets on its way is the server's: checks, routes, parameters, middleware.
TEST_CASE_METHOD(app_fixture, "an application's routes, checks and middleware in memory")
{
    served.check(name_guest);
    served.check("/private", refuse);
    served.use(say_who_wraps);
    served.get("/jobs/{id}", tell_job);
    served.get("/closed", tell_job, {.checks = {refuse}});
    app in_memory(served, time);

    auto job = in_memory.get("/jobs/a%20b");
    CHECK(job.is_over());
    CHECK(job.status() == 200);
    CHECK(job.text() == "job a b of guest at 127.0.0.1");
    CHECK(job.head()->header("X-Checked") == "yes");
    CHECK(job.head()->header("X-Wrapped") == "guest");

    auto asked = request::get("/jobs/7").with_remote_address("192.0.2.1");
    asked.set_principal("Ada");
    CHECK(in_memory.send(asked).text() == "job 7 of Ada at 192.0.2.1");

    CHECK(in_memory.get("/private/jobs").status() == 403);
    CHECK(in_memory.get("/closed").text() == "refused\n");
    CHECK(in_memory.get("/nowhere").status() == 404);
    auto const posted = in_memory.post("/jobs/7", "x");
    CHECK(posted.status() == 405);
    CHECK(posted.head()->header("Allow") == "GET, HEAD, OPTIONS");
    CHECK(in_memory.send(request("OPTIONS", "/jobs/7")).status() == 204);
    auto const head = in_memory.send(request("HEAD", "/jobs/7"));
    CHECK(head.is_over());
    CHECK(head.text().empty());
    CHECK(head.head()->header("Content-Length") == "27");
    CHECK(served.stats().requests == 8);
}

// What a route has of its own: a body's size, and when a stream is kept alive, cut, or half-closed.
TEST_CASE_METHOD(app_fixture, "route options in virtual time")
{
    served.post("/small", echo, {.body_bytes = 10});
    served.post("/large", echo);
    served.get("/often", wait_silently, {.keep_alive = 1s});
    served.get("/strict", wait_silently, {.keep_alive = 1s, .write_timeout = 2s});
    served.get("/ended", wait_silently, {.on_half_close = tidings::half_close::end});
    app in_memory(served, time);

    CHECK(in_memory.post("/small", "ten bytes.").text() == "ten bytes.");
    CHECK(in_memory.post("/small", "eleven byte").status() == 413);
    std::string const large(300'000, 'x');
    CHECK(in_memory.post("/large", large).text() == large);
    // One that waits to be told to go on is told so before its answer.
    CHECK(in_memory.send(request::post("/large", "x").with_header("Expect", "100-continue")).text() == "x");

    SECTION("keep-alive")
    {
        auto often = in_memory.get("/often");
        time.advance(3s);
        CHECK(often.comments().size() == 3);
        CHECK_FALSE(often.is_over());
    }
    SECTION("write timeout")
    {
        auto strict = in_memory.get("/strict");
        strict.vanish();
        time.advance(3s);
        CHECK(strict.is_over());
        CHECK(served.stats().write_timeouts == 1);
    }
    SECTION("half close")
    {
        auto ended = in_memory.get("/ended");
        time.advance(15s); // the head goes out with the first comment
        REQUIRE(ended.status() == 200);
        ended.half_close();
        CHECK(ended.is_over());
        CHECK(served.stats().handlers == 0);
    }
    SECTION("a request whose body does not come whole")
    {
        auto half =
            in_memory.send(request("POST", "/large").with_header("Content-Length", "10").with_body("half"));
        CHECK_FALSE(half.is_over());
        time.advance(1min);
        CHECK(half.status() == 408);
    }
}

// Each has its own connection and handler; the server counts, ends and drains them as always.
TEST_CASE_METHOD(app_fixture, "several clients of an application")
{
    served.get("/news", std::bind_front(follow, news));
    served.check([](request& asked, headers&) -> std::optional<response> {
        asked.set_principal(asked.query("user"));
        return std::nullopt;
    });
    app in_memory(served, time);
    auto one = in_memory.get("/news?user=ada");
    auto two = in_memory.get("/news?user=bob");
    CHECK(in_memory.get("/news").status() == 429); // of one address
    news.publish({.data = "a"});
    time.run_until_idle();
    CHECK(one.next_event()->data() == "a");
    CHECK(two.next_event()->data() == "a");

    served.end_streams("ada");
    time.run_until_idle();
    CHECK(one.is_over());
    CHECK_FALSE(two.is_over());
    CHECK(served.stats().streams == 1);

    int seconds = 0;
    served.spawn(count_up, &seconds);
    time.advance(5s);
    CHECK(seconds == 5);

    served.stop();
    time.run_until_idle();
    CHECK(two.next_event()->data() == "goodbye");
    CHECK(two.is_over());
    CHECK(in_memory.get("/news").is_over()); // nobody answers any more
}

// A client may be kept where it is needed.
TEST_CASE_METHOD(app_fixture, "a client in memory is moved")
{
    served.get("/news", std::bind_front(follow, news));
    app in_memory(served, time);
    std::vector<tidings::testing::memory_client> clients;
    clients.reserve(2);
    for (int i = 0; i < 2; ++i)
        clients.push_back(in_memory.get("/news"));
    news.publish_comment("c");
    news.publish({.data = "a"});
    time.run_until_idle();
    for (auto& each : clients) {
        CHECK(each.events().size() == 1);
        CHECK(each.comments().back() == "c");
    }
    clients.clear();
    CHECK(served.stats().streams == 0);
}

TEST_CASE("a server that cannot be tested in memory is refused")
{
    virtual_time time;
    tidings::server of_its_own({.port = 0});
    CHECK_THROWS_AS(app(of_its_own, time).get("/"), std::logic_error);
    virtual_time other;
    tidings::server elsewhere(other.loop(), tidings::server_options{});
    CHECK_THROWS_AS(app(elsewhere, time).get("/"), std::logic_error);
    tidings::server twice(time.loop(), tidings::server_options{});
    app first(twice, time);
    twice.get("/", tell_job);
    CHECK(first.get("/").status() == 200);
    CHECK_THROWS_AS(app(twice, time).get("/"), std::logic_error);
    CHECK_THROWS_AS(twice.get("/late", echo), std::logic_error);
}
