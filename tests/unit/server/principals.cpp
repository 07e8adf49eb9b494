// SPDX-License-Identifier: BSL-1.0
// What a principal may do, and until when, in virtual time.
#include <tidings/hub/long_poll.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/testing/app.hpp>
#include <tidings/testing/print.hpp>
#include <tidings/wait/after.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
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
using tidings::end_reason;
using tidings::event_stream;
using tidings::request;
using tidings::response;
using tidings::testing::app;
using tidings::testing::memory_client;
using tidings::testing::virtual_time;

namespace {

asio::awaitable<void> follow(tidings::topic const& news, context, request const&, event_stream& out)
{
    news.attach(out);
    co_return;
}

asio::awaitable<void> say_why(context ctx, request const&, event_stream& out)
{
    co_await out.open();
    tidings::after never(10h);
    co_await never.wait(ctx);
    std::string const why(to_string(ctx.reason()));
    co_await out.send({.data = why});
}

asio::awaitable<response> poll(tidings::topic const& news, context ctx, request const& asked)
{
    return tidings::long_poll(std::move(ctx), asked, news, {.wait_timeout = 1h});
}

// Nothing leaves before something is awaited.
asio::awaitable<void> hold(context ctx, request const& asked, event_stream& out)
{
    co_await out.open();
    std::string const large(std::stoul(asked.query("bytes")), 'x');
    (void)out.send({.data = large});
    tidings::after never(10h);
    co_await never.wait(ctx);
}

std::chrono::system_clock::time_point in(tidings::duration from_now)
{
    return std::chrono::system_clock::now() + from_now;
}

/// Whoever asks stands in X-Name, and for how many seconds that is true in X-For.
struct house
{
    explicit house(tidings::server_options options = {}) : served(time.loop(), quiet(std::move(options)))
    {
        served.check([this](request& head, tidings::headers&) -> std::optional<response> {
            head.set_principal(std::string(head.header("X-Name")));
            if (head.has_header("X-For"))
                head.set_valid_until(in(std::chrono::seconds(std::stoi(std::string(head.header("X-For"))))));
            return is_banned ? std::optional(response::text("who are you?\n", 401)) : std::nullopt;
        });
        served.get("/news", std::bind_front(follow, news), {.expiry_notice = 10s});
        served.get("/why", say_why);
        served.get("/poll", std::bind_front(poll, news));
        served.get("/hold", hold);
    }

    tidings::server_options quiet(tidings::server_options options)
    {
        options.log = [this](tidings::log_level, std::string_view line) { log.emplace_back(line); };
        options.on_stream_end = [this](tidings::stream_end const& over) { ends.push_back(over.reason); };
        return options;
    }

    memory_client ask(std::string_view path, std::string_view name, std::string_view seconds = {})
    {
        auto asked = request::get(path).with_header("X-Name", name);
        if (!seconds.empty())
            asked = std::move(asked).with_header("X-For", seconds);
        return in_memory.send(asked);
    }

    virtual_time time;
    tidings::topic news{{.name = "news"}};
    std::vector<std::string> log;
    std::vector<end_reason> ends;
    bool is_banned = false;
    tidings::server served;
    app in_memory{served, time};
};

tidings::server_options limited(tidings::detail::principal_limits limits)
{
    tidings::server_options options;
    options.per_principal = limits;
    return options;
}

} // namespace

TEST_CASE("a principal has so many streams at once")
{
    house home(limited({.streams = 2}));
    auto first = home.ask("/news", "ada");
    auto second = home.ask("/why", "ada");
    CHECK(second.status() == 200);
    auto third = home.ask("/news", "ada");
    CHECK(third.status() == 429);
    CHECK(third.text() == "too many streams of this user\n");
    CHECK(third.head()->has_header("Retry-After"));
    auto page = home.in_memory.send(
        request::get("/news").with_header("X-Name", "ada").with_header("Accept", "text/event-stream"));
    CHECK(page.status() == 200); // as an EventSource comes back from
    CHECK(page.is_over());
    CHECK(page.text().starts_with("retry: "));
    CHECK(home.ask("/news", "bob").status() == 200);
    CHECK(home.ask("/news", "").status() == 200); // nobody's
    CHECK(home.served.stats().over_limit_of_principal == 2);
    CHECK(home.served.stats().refused == 2);

    first.leave();
    home.time.advance(1h); // it is noticed with the next comment at the latest
    auto const again = home.ask("/news", "ada");
    CHECK(again.status() == 200);
    CHECK(home.ask("/news", "ada").status() == 429);
}

TEST_CASE("a principal opens streams at its rate")
{
    house home(limited({.openings_per_second = 0.5, .burst = 2}));
    for (int i = 0; i < 2; ++i)
        CHECK(home.ask("/why", "ada").status() == 200);
    auto const refused = home.ask("/why", "ada");
    CHECK(refused.status() == 429);
    CHECK(home.ask("/why", "bob").status() == 200);
    home.time.advance(1s);
    CHECK(home.ask("/why", "ada").status() == 429); // what is refused costs nothing
    home.time.advance(1s);
    CHECK(home.ask("/why", "ada").status() == 200);
    CHECK(home.ask("/why", "ada").status() == 429);
    CHECK(home.served.stats().over_limit_of_principal == 3);
}

// Of one principal's streams the one that holds most is cut; what others hold does not count.
TEST_CASE("a principal has so many unsent bytes")
{
    house home(limited({.unsent_bytes = 300'000}));
    auto his = home.ask("/hold?bytes=250000", "bob");
    auto first = home.ask("/hold?bytes=120000", "ada");
    auto second = home.ask("/hold?bytes=200000", "ada");
    home.time.advance(1s);
    CHECK(second.is_over());
    CHECK_FALSE(first.is_over());
    CHECK_FALSE(his.is_over());
    auto third = home.ask("/hold?bytes=170000", "ada"); // there is room again
    home.time.advance(1s);
    CHECK_FALSE(third.is_over());
    auto fourth = home.ask("/hold?bytes=130000", "ada");
    home.time.advance(1s);
    CHECK(third.is_over());
    CHECK_FALSE(first.is_over());
    CHECK_FALSE(fourth.is_over());
    CHECK(home.served.stats().queue_overflows == 2);
    CHECK(std::ranges::count_if(home.log, [](auto const& line) {
              return line.find("per_principal.unsent_bytes") != line.npos;
          }) == 2);
}

TEST_CASE("a stream ends with the rights of its request")
{
    house home;
    auto news = home.ask("/news", "ada", "60");
    auto why = home.ask("/why", "ada", "60");
    auto poll = home.ask("/poll", "ada", "60");
    auto free = home.ask("/news", "bob");
    home.news.publish({.data = "one"});
    home.time.advance(49s);
    CHECK(news.next_event()->data() == "one");
    CHECK_FALSE(news.next_event());
    std::string const place = news.last_event_id();
    home.time.advance(2s); // ten seconds before
    auto const announced = news.next_event();
    REQUIRE(announced);
    CHECK(announced->type() == "tidings-expiring");
    CHECK(announced->data().starts_with("{\"milliseconds\":"));
    CHECK(news.last_event_id() == place);
    CHECK_FALSE(why.next_event()); // its route announces nothing
    home.time.advance(10s);
    CHECK(news.is_over());
    CHECK(news.text().find("retry: ", news.text().find("tidings-expiring")) != std::string::npos);
    CHECK(why.next_event()->data() == "deadline exceeded");
    CHECK(why.is_over());
    CHECK_FALSE(free.is_over());
    CHECK(poll.is_over()); // the event has ended it long ago
    CHECK(std::ranges::count(home.ends, end_reason::deadline_exceeded) == 2);

    home.news.publish({.data = "two"}); // it comes back with a new token, and has missed nothing
    auto back = home.in_memory.send(request::get("/news")
                                        .with_header("X-Name", "ada")
                                        .with_header("Last-Event-ID", news.last_event_id()));
    CHECK(back.next_event()->data() == "two");
    home.is_banned = true;
    CHECK(home.ask("/news", "ada").status() == 401);
}

TEST_CASE("a long poll ends with the rights of its request")
{
    house home;
    auto poll = home.ask("/poll", "ada", "60");
    home.time.advance(59s);
    CHECK_FALSE(poll.is_over());
    home.time.advance(2s);
    CHECK(poll.is_over());
    CHECK(poll.status() == 200);
    CHECK(poll.text().starts_with("{\"events\":[],"));
}

TEST_CASE("rights are renewed, and may be cut short")
{
    house home;
    auto news = home.ask("/news", "ada", "60");
    auto why = home.ask("/why", "ada", "60");
    auto his = home.ask("/why", "bob", "60");
    home.time.advance(51s);
    CHECK(news.next_event()->type() == "tidings-expiring");
    home.served.renew("ada", std::chrono::system_clock::time_point::max());
    home.time.advance(1ms);
    home.served.renew("ada", in(100s));
    home.time.advance(50s);
    CHECK_FALSE(news.is_over());
    CHECK_FALSE(why.is_over());
    CHECK(his.is_over());
    home.time.advance(41s);
    CHECK(news.next_event()->type() == "tidings-expiring"); // of the new instant
    home.served.renew("ada", in(-1s));
    home.time.advance(1ms);
    CHECK(news.is_over());
    CHECK(why.is_over());
    CHECK_THROWS_AS(home.served.renew("", in(1s)), std::invalid_argument);
}

// What has no end is not given one.
TEST_CASE("a stream whose request has no such instant is not renewed")
{
    house home;
    auto news = home.ask("/news", "ada");
    home.served.renew("ada", in(-1s));
    home.time.advance(1h);
    CHECK_FALSE(news.is_over());
}

// Middleware may find it out too; and what has passed already ends the stream at once.
TEST_CASE("middleware says until when")
{
    house home;
    home.served.use([](tidings::stream_handler next) {
        return [next = std::move(next)](context ctx, request& asked, event_stream& out) {
            asked.set_valid_until(in(asked.has_header("X-Late") ? -1s : 30s));
            return next(std::move(ctx), asked, out);
        };
    });
    auto news = home.ask("/news", "ada");
    home.time.advance(29s);
    CHECK_FALSE(news.is_over());
    home.time.advance(2s);
    CHECK(news.is_over());
    auto late = home.in_memory.send(request::get("/why").with_header("X-Late", "yes"));
    home.time.advance(1ms);
    CHECK(late.is_over());
    CHECK(late.status() == 200);
}
