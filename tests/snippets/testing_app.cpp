// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing.hpp>
#include <tidings/tidings.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

std::optional<tidings::response> who_asks(tidings::request& asked, tidings::headers&)
{
    if (asked.header("X-User").empty())
        return tidings::response::text("who are you?\n", 401);
    asked.set_principal(std::string(asked.header("X-User")));
    return std::nullopt;
}

asio::awaitable<void> follow_job(tidings::topic jobs, tidings::context ctx, tidings::request const& asked,
                                 tidings::event_stream& out)
{
    co_await out.send({.type = "job", .data = asked.param("id")});
    co_await jobs.follow(ctx, out);
}

// [routes]
void add_routes(tidings::server& server, tidings::topic const& jobs)
{
    server.check(who_asks); // the header X-User, or 401
    server.get("/jobs/{id}", std::bind_front(follow_job, jobs), {.keep_alive = 20s});
}
// [/routes]

// [app]
struct jobs_fixture
{
    jobs_fixture() { add_routes(server, jobs); }

    tidings::topic jobs;
    tidings::testing::virtual_time time;
    tidings::server server{time.loop(), tidings::server_options{}}; // as in main, but for its loop
    tidings::testing::app app{server, time};
};

tidings::request as_ada(std::string_view target)
{
    return tidings::request::get(target).with_header("X-User", "ada");
}

TEST_CASE_METHOD(jobs_fixture, "a job is for those who say who they are")
{
    CHECK(app.get("/jobs/7").status() == 401);
    CHECK(app.send(as_ada("/nowhere")).status() == 404);
}

TEST_CASE_METHOD(jobs_fixture, "two screens see what becomes of a job")
{
    auto one = app.send(as_ada("/jobs/7"));
    auto two = app.send(as_ada("/jobs/7"));
    CHECK(one.next_event() == tidings::received_event("", "job", "7"));
    jobs.publish({.data = "done"});
    time.advance(20s);
    CHECK(one.next_event()->data() == "done");
    CHECK(two.events().size() == 2);
    CHECK(two.comments().size() == 1); // the route's own keep-alive

    two.leave();
    time.advance(20s);
    CHECK(server.stats().handlers == 1);
    server.end_streams("ada");
    time.run_until_idle();
    CHECK(one.is_over());
}
// [/app]

// A cache of somebody else, which knows nothing of tidings.
// [clock]
class token_cache
{
public:
    using clock = std::function<std::chrono::steady_clock::time_point()>;

    explicit token_cache(clock now = std::chrono::steady_clock::now) : now_(std::move(now)) {}

    void keep(std::string token) { kept_ = {std::move(token), now_() + 1h}; }
    bool knows(std::string const& token) const { return kept_.first == token && now_() < kept_.second; }

private:
    clock now_;
    std::pair<std::string, std::chrono::steady_clock::time_point> kept_;
};

TEST_CASE("a token is forgotten after an hour")
{
    tidings::testing::virtual_time time;
    token_cache tokens([&time] { return time.now(); });
    tokens.keep("7");
    time.advance(59min);
    CHECK(tokens.knows("7"));
    time.advance(1min);
    CHECK_FALSE(tokens.knows("7"));
}
// [/clock]

// [real]
asio::awaitable<void> wait_elsewhere(tidings::context, tidings::request const&, tidings::event_stream& out)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 5ms); // no tidings::after
    co_await timer.async_wait(asio::use_awaitable);
    co_await out.send({.data = "at last"});
}

TEST_CASE("a timer of Asio's needs real time")
{
    tidings::testing::virtual_time time;
    tidings::testing::stream client(time, wait_elsewhere, tidings::request::get("/"));
    time.advance(1h);                                           // does not move that timer
    CHECK(time.run_real(5s, [&] { return client.is_over(); })); // as soon as it is, and 5 s at most
    CHECK(client.next_event()->data() == "at last");
}
// [/real]

} // namespace
