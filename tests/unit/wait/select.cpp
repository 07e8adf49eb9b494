// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/ticker.hpp>

#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::select;
using tidings::sending;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> collect(context ctx, channel<int> numbers, channel<std::string> words,
                              std::vector<std::string>& seen)
{
    tidings::ticker minute(60s);
    while (auto next = co_await select(ctx, numbers, words, minute)) {
        if (auto* number = next.from(numbers))
            seen.push_back(std::to_string(*number));
        else if (auto* word = next.from(words))
            seen.push_back(*word);
        else if (next.from(minute))
            seen.push_back("tick");
    }
    seen.push_back("end");
}

asio::awaitable<void> receive_twice(context ctx, channel<int> numbers, std::vector<int>& seen)
{
    while (auto next = co_await select(ctx, numbers, numbers))
        seen.push_back(*next.from(numbers));
}

#ifndef NDEBUG
/// Whether `call` fails an assertion. It is made in a process of its own.
bool fails_an_assertion(auto call)
{
    pid_t const child = ::fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);
        ::close(STDERR_FILENO);
        call();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
#endif

} // namespace

// Each source brings its own; the end of the context ends the loop.
TEST_CASE("a select takes from whichever source is ready")
{
    virtual_loop at;
    channel<int> numbers;
    channel<std::string> words(1);
    std::vector<std::string> seen;
    at.start_coroutine(collect(at.root, numbers, words, seen));
    at.settle();
    CHECK(numbers.try_send(7));
    at.settle();
    CHECK(words.try_send("word"));
    at.settle();
    at.advance(60s);
    at.root.cancel();
    at.settle();
    CHECK(seen == std::vector<std::string>{"7", "word", "tick", "end"});
}

// A loser has taken nothing: each value is received once, by this select or by the next.
TEST_CASE("what did not win stays where it is")
{
    virtual_loop at;
    channel<int> numbers(4);
    channel<std::string> words(4);
    std::vector<std::string> seen;
    for (int i = 0; i < 3; ++i) {
        CHECK(numbers.try_send(i));
        CHECK(words.try_send("w"));
    }
    at.start_coroutine(collect(at.root, numbers, words, seen));
    at.settle();
    CHECK(seen.size() == 6);
}

// A closed and drained channel takes no part; when only such sources are left, select comes back false.
TEST_CASE("select comes back false when no source is left")
{
    virtual_loop at;
    channel<int> a(1);
    channel<int> b;
    std::vector<int> seen;
    auto both = [](context ctx, channel<int> a, channel<int> b,
                   std::vector<int>& seen) -> asio::awaitable<void> {
        tidings::after once(1s);
        while (auto next = co_await select(ctx, a, b, once)) {
            if (next.from(once))
                seen.push_back(-1);
            else
                seen.push_back(next.index());
        }
        seen.push_back(ctx.is_done() ? 100 : 200);
    };
    CHECK(a.try_send(1));
    a.close();
    at.start_coroutine(both(at.root, a, b, seen));
    at.advance(1s);
    CHECK(seen == std::vector<int>{0, -1});
    b.close(); // the last source closes while the select waits
    at.settle();
    CHECK(seen == std::vector<int>{0, -1, 200});
    at.start_coroutine(both(at.root, a, b, seen)); // its own instant is left
    at.advance(1s);
    CHECK(seen == std::vector<int>{0, -1, 200, -1, 200});
}

// An ended context wins over everything that is ready.
TEST_CASE("an ended context always wins")
{
    virtual_loop at;
    channel<int> numbers(1);
    channel<std::string> words;
    CHECK(numbers.try_send(1));
    at.root.cancel();
    std::vector<std::string> seen;
    at.start_coroutine(collect(at.root, numbers, words, seen));
    at.settle();
    CHECK(seen == std::vector<std::string>{"end"});
    CHECK(numbers.size() == 1);
    CHECK_FALSE(tidings::try_select(at.root, numbers));
}

// One channel may stand in a select twice.
TEST_CASE("the same channel twice in one select")
{
    virtual_loop at;
    channel<int> numbers(1);
    std::vector<int> seen;
    at.start_coroutine(receive_twice(at.root, numbers, seen));
    at.settle();
    for (int i = 0; i < 4; ++i) {
        CHECK(numbers.try_send(i));
        at.settle();
    }
    numbers.close();
    at.settle();
    CHECK(seen == std::vector<int>{0, 1, 2, 3});
    CHECK(at.finished == 1);
}

// try_select takes what is there, leftmost first, and waits for nothing.
TEST_CASE("try_select never waits")
{
    virtual_loop at;
    channel<int> a(1), b(1);
    tidings::ticker minute(60s);
    CHECK_FALSE(tidings::try_select(at.root, a, b, minute));
    CHECK(b.try_send(5));
    auto next = tidings::try_select(at.root, a, b, minute);
    REQUIRE(next.from(b));
    CHECK(*next.from(b) == 5);
    CHECK(next.from(a) == nullptr);
    at.advance(60s);
    CHECK(tidings::try_select(at.root, a, b, minute).from(minute));
    int value = 9;
    CHECK(tidings::try_select(at.root, sending(a, value)).sent(a));
    CHECK_FALSE(tidings::try_select(at.root, sending(a, value)).sent(a));
}

#ifndef NDEBUG
// Its answer would be no for ever. Where it is the only one of its type, that shows when that type wins.
TEST_CASE("a source that was not in the select fails an assertion")
{
    virtual_loop at;
    channel<int> a(1), b(1), other;
    tidings::ticker minute(60s), other_ticker(60s);
    CHECK(b.try_send(5));
    auto of_two = tidings::try_select(at.root, a, b, minute);
    CHECK_FALSE(fails_an_assertion([&] { (void)of_two.from(a); }));
    CHECK_FALSE(fails_an_assertion([&] { (void)of_two.from(minute); }));
    CHECK(fails_an_assertion([&] { (void)of_two.from(other); }));
    CHECK(fails_an_assertion([&] { (void)of_two.from(other_ticker); }));

    CHECK(b.try_send(6));
    auto of_one = tidings::try_select(at.root, b, minute);
    CHECK_FALSE(fails_an_assertion([&] { (void)of_one.from(b); }));
    CHECK(fails_an_assertion([&] { (void)of_one.from(a); }));

    auto none = tidings::try_select(at.root, a, b, minute);
    CHECK_FALSE(fails_an_assertion([&] { (void)none.from(a); }));
}
#endif
