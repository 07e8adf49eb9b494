// SPDX-License-Identifier: BSL-1.0
// Runs every form in which the documentation writes co_await, with values that notice when a compiler copies
// or destroys them wrongly. docs/design/compilers.md says which forms g++ 12 gets wrong; none of them is
// here.
#include <tidings/hub/long_poll.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/bind.hpp>
#include <tidings/wait/run_blocking.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/task_group.hpp>
#include <tidings/wait/ticker.hpp>

#include "support/virtual_loop.hpp"
#include "tracked.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::select;
using tidings::test::tracked;
using task = asio::awaitable<void>;

namespace {

constexpr auto long_text = "a text that does not fit into the small buffer of a string";

/// Stands for an event stream: a plain function that has read the event before it returns what is awaited.
class sink
{
public:
    [[nodiscard]] auto send(tidings::event const& what)
    {
        written += fmt::format("{}:{};", what.type, what.data);
        return asio::post(asio::deferred);
    }
    asio::awaitable<bool> try_send(tidings::event what)
    {
        written += fmt::format("{}:{};", what.type, what.data);
        return yes();
    }
    asio::awaitable<void> reject(int status, std::string reason)
    {
        co_await asio::post(asio::deferred);
        written += fmt::format("{} {}", status, reason);
    }

    std::string written;

private:
    static asio::awaitable<bool> yes()
    {
        co_await asio::post(asio::deferred);
        co_return true;
    }
};

// A class with constructors, as everything that owns must be.
class request
{
public:
    request() = default;
    explicit request(std::string target, std::vector<std::string> headers = {})
        : target_(std::move(target)), headers_(std::move(headers))
    {}
    request& header(std::string text) &
    {
        headers_.push_back(std::move(text));
        return *this;
    }
    request&& header(std::string text) && { return std::move(header(std::move(text))); }
    std::size_t size() const { return target_.size() + headers_.size(); }

private:
    tracked mark_{long_text};
    std::string target_;
    std::vector<std::string> headers_;
};

struct aggregate
{
    tracked mark;
    std::string text;
};

asio::awaitable<tracked> make(std::string text)
{
    co_await asio::post(asio::deferred);
    co_return tracked(std::move(text));
}
asio::awaitable<std::string> text(std::string value)
{
    co_await asio::post(asio::deferred);
    co_return value;
}
asio::awaitable<int> number(int value)
{
    co_await asio::post(asio::deferred);
    co_return value;
}
asio::awaitable<std::size_t> measure(request what)
{
    co_await asio::post(asio::deferred);
    co_return what.size();
}
asio::awaitable<std::size_t> measure_optional(std::optional<request> what)
{
    co_await asio::post(asio::deferred);
    co_return what ? what->size() : 0;
}
asio::awaitable<std::string> join(std::tuple<std::string, tracked> parts, std::pair<std::string, int> more)
{
    co_await asio::post(asio::deferred);
    co_return std::get<0>(parts) + std::get<1>(parts).text() + more.first;
}
asio::awaitable<std::string> take(aggregate what)
{
    co_await asio::post(asio::deferred);
    co_return what.mark.text() + what.text;
}
asio::awaitable<std::vector<tracked>> make_three()
{
    std::vector<tracked> made;
    for (int i = 0; i < 3; ++i)
        made.push_back(co_await make(long_text));
    co_return made;
}
asio::awaitable<void> fail(tracked, std::string why)
{
    co_await asio::post(asio::deferred);
    throw std::runtime_error(why);
}
template <typename Function>
asio::awaitable<int> call(Function function)
{
    co_await asio::post(asio::deferred);
    co_return function();
}

void require(bool holds, char const* what)
{
    if (holds)
        return;
    std::fprintf(stderr, "wrong: %s\n", what);
    std::abort();
}
#define REQUIRE_THAT(condition) require((condition), #condition)

std::string text_id()
{
    return "an id that does not fit into the small buffer of a string";
}

// Events.

task events(context ctx)
{
    sink out;
    tidings::ticker every_second(1s);
    int left = 3;
    while (co_await every_second.tick(ctx)) {
        co_await out.send({.type = "time", .data = fmt::format("{} {}", long_text, left)});
        if (--left == 0)
            break;
    }
    std::string const name = long_text;
    co_await out.send({.type = name, .data = name + "!"});
    co_await out.send({.data = co_await text(long_text)});
    bool const flag = left == 0;
    co_await out.send({.type = flag ? "yes" : "no", .data = flag ? name : out.written});
    if (co_await out.try_send({.type = "if", .data = fmt::format("{}", long_text)}))
        ++left;
    switch (co_await number(2) + static_cast<int>(co_await out.try_send({.data = name + name}))) {
    case 3:
        ++left;
        break;
    default:
        left = -1;
    }
    REQUIRE_THAT(left == 2);
    REQUIRE_THAT(out.written.starts_with("time:a text that"));
    REQUIRE_THAT(out.written.ends_with("buffer of a string;"));
}

task rejections(context)
{
    sink out;
    std::optional<tracked> found;
    auto answer = [](sink& out) -> task {
        co_return co_await out.reject(404, "no such build: " + std::string(long_text));
    };
    if (!found)
        co_await answer(out);
    REQUIRE_THAT(out.written.starts_with("404 no such build"));
}

// Values as arguments and results.

task arguments(context)
{
    REQUIRE_THAT(co_await measure(request(long_text)) > 10);
    REQUIRE_THAT(
        co_await measure(request(long_text).header("first header of some length").header(long_text)) > 10);
    REQUIRE_THAT(co_await measure_optional(request(long_text)) > 10);
    std::string const joined = co_await join({long_text, tracked(long_text)}, {std::string(long_text), 3});
    REQUIRE_THAT(joined.size() > 100);
    aggregate named{.mark = tracked(long_text), .text = long_text};
    std::string const taken = co_await take(std::move(named));
    REQUIRE_THAT(taken.size() > 100);
    REQUIRE_THAT((co_await make(co_await text(long_text))).text() == long_text);
}

task operators(context)
{
    std::string const both = co_await text(long_text) + co_await text(long_text);
    REQUIRE_THAT(both.size() == 2 * std::string_view(long_text).size());
    int const sum = co_await number(1) + co_await number(2);
    bool const truth = co_await number(0) || (co_await number(1) && !co_await number(0));
    REQUIRE_THAT(sum == 3);
    REQUIRE_THAT(truth);
    int const picked = truth ? co_await number(7) : co_await number(8);
    REQUIRE_THAT(picked == 7);
}

task statements(context)
{
    int rounds = 0;
    for (tracked const& each : co_await make_three())
        rounds += each.text() == long_text;
    for (int i = 0; co_await number(i) < 3; ++i)
        ++rounds;
    do
        ++rounds;
    while (co_await number(rounds) < 10);
    if (tracked const made = co_await make(long_text); made.text() == long_text)
        ++rounds;
    REQUIRE_THAT(rounds == 11);
    tracked assigned("");
    assigned = co_await make(long_text);
    REQUIRE_THAT(assigned.text() == long_text);
}

task closures(context ctx)
{
    std::string const name = long_text;
    int const by_value = static_cast<int>(name.size());
    REQUIRE_THAT(co_await call([&] { return static_cast<int>(name.size()); }) > 10);
    REQUIRE_THAT(co_await call([by_value] { return by_value; }) == by_value);
    auto owning = [mark = tracked(long_text)] { return static_cast<int>(mark.text().size()); };
    REQUIRE_THAT(co_await call(std::move(owning)) > 10);
    auto const length =
        co_await tidings::run_blocking(ctx, [](std::string const& value) { return value.size(); }, name);
    REQUIRE_THAT(length == name.size());
}

task exceptions(context)
{
    int caught = 0;
    try {
        co_await fail(tracked(long_text), fmt::format("{} {}", long_text, 1));
    } catch (std::runtime_error const&) {
        ++caught;
    }
    try {
        co_await make(co_await text(long_text));
        REQUIRE_THAT((co_await make(long_text)).text().size() > 10);
        co_await fail(co_await make(long_text), long_text);
    } catch (std::runtime_error const&) {
        ++caught;
    }
    REQUIRE_THAT(caught == 2);
}

// Waits.

task produce(context ctx, channel<tracked> values, int count)
{
    for (int i = 0; i < count; ++i) {
        bool const sent = co_await values.send(ctx, fmt::format("{} {}", long_text, i));
        if (!sent)
            co_return;
    }
    values.close();
}

task channels(context ctx)
{
    channel<tracked> values(2);
    tidings::spawn(ctx, produce, values, 10);
    int received = 0;
    while (auto value = co_await values.receive(ctx))
        received += value->text().starts_with(long_text);
    REQUIRE_THAT(received == 10);
    if (!co_await values.send(ctx, long_text))
        ++received;
    REQUIRE_THAT(received == 11);
    if (auto nothing = co_await values.receive(ctx); !nothing)
        ++received;
    REQUIRE_THAT(received == 12);
}

task selects(context ctx)
{
    auto limited = tidings::with_timeout(ctx, 30s);
    channel<tracked> updates(1);
    channel<tracked> answers(1);
    tidings::spawn(limited, produce, updates, 4);
    tidings::ticker summary(4s);
    int received = 0;
    int ticks = 0;
    while (auto next = co_await select(limited, updates, summary)) {
        if (auto* latest = next.from(updates))
            received += latest->text().starts_with(long_text);
        else
            ++ticks;
    }
    REQUIRE_THAT(received == 4);
    REQUIRE_THAT(ticks == 7);
    REQUIRE_THAT(limited.reason() == tidings::end_reason::deadline_exceeded);

    tracked mine(long_text);
    auto sent = co_await select(ctx, tidings::sending(answers, mine), tidings::after(30s));
    REQUIRE_THAT(sent.sent(answers));
    auto late = co_await select(ctx, tidings::sending(answers, mine), tidings::after(30s));
    REQUIRE_THAT(late.index() == 1);
    auto over = co_await select(ctx, updates, tidings::done(limited));
    REQUIRE_THAT(over.index() == 1);
    if ((co_await select(ctx, answers, tidings::after(1s))).from(answers))
        ++received;
    REQUIRE_THAT(received == 5);
    REQUIRE_THAT(co_await tidings::after(2s).wait(ctx));
}

task groups(context ctx)
{
    tidings::task_group group(ctx);
    channel<tracked> values;
    group.spawn(produce, values, 3);
    group.spawn(
        [](context ctx, channel<tracked> values) -> task {
            while (auto value = co_await values.receive(ctx))
                REQUIRE_THAT(value->text().starts_with(long_text));
        },
        values);
    co_await group.wait();
}

task bound(context ctx)
{
    asio::steady_timer raw(co_await asio::this_coro::executor, 0s);
    co_await raw.async_wait(tidings::bind(ctx, asio::deferred));
    co_await raw.async_wait(tidings::bind(ctx, asio::use_awaitable));
    boost::system::error_code error;
    co_await raw.async_wait(tidings::bind(ctx, asio::redirect_error(asio::deferred, error)));
    REQUIRE_THAT(!error);
}

// What the library takes and gives: made inside the expression, with its default options and with options of
// views and numbers.

task library_calls(context ctx)
{
    tidings::topic news;
    news.publish({.data = long_text});
    tidings::response const none = co_await tidings::long_poll(ctx, tidings::request("GET", "/"),
                                                               tidings::topic(), {.wait_timeout = 1s});
    REQUIRE_THAT(none.status() == 200);
    tidings::response const one = co_await tidings::long_poll(
        ctx, tidings::request("GET", "/"), tidings::topic_list().add(news, tidings::from_oldest()),
        {.max_events = 1});
    REQUIRE_THAT(one.body().find(long_text) != std::string::npos);
    REQUIRE_THAT(co_await number(static_cast<int>(tidings::topic_registry().size())) == 0);
    tidings::topic_registry all;
    all.add("{name...}");
    REQUIRE_THAT((co_await all.open(ctx, long_text)).has_value());
    tidings::publish_result const published =
        co_await tidings::topic().publish(ctx, {.id = text_id(), .data = long_text});
    REQUIRE_THAT(published.id == text_id());
}

struct shape
{
    char const* name;
    task (*run)(context);
};

constexpr shape shapes[] = {
    {"events", events},         {"rejections", rejections}, {"arguments", arguments},
    {"operators", operators},   {"statements", statements}, {"closures", closures},
    {"exceptions", exceptions}, {"channels", channels},     {"selects", selects},
    {"groups", groups},         {"bound", bound},           {"library_calls", library_calls},
};

} // namespace

int main()
{
    for (shape const& each : shapes) {
        std::printf("%s\n", each.name);
        std::fflush(stdout);
        {
            tidings::test::virtual_loop at;
            at.start_coroutine(each.run(at.root));
            for (int i = 0; i < 100'000 && at.finished == 0; ++i) {
                at.advance(1s);
                if (at.home().has_work_elsewhere())
                    at.io.run_one_for(1ms);
            }
            REQUIRE_THAT(at.finished == 1);
        }
        REQUIRE_THAT(tracked::live == 0);
    }
}
