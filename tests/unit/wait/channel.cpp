// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/channel.hpp>
#include <tidings/wait/select.hpp>

#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> collect(context ctx, channel<int> numbers, std::vector<int>& into)
{
    while (auto number = co_await numbers.receive(ctx))
        into.push_back(*number);
}

asio::awaitable<void> produce(context ctx, channel<int> numbers, int count, int& sent)
{
    for (int i = 0; i < count; ++i)
        if (co_await numbers.send(ctx, i))
            ++sent;
}

asio::awaitable<void> take_one(context ctx, channel<int> numbers, std::vector<std::pair<int, int>>& into,
                               int who)
{
    auto number = co_await numbers.receive(ctx);
    into.emplace_back(who, number ? *number : -1);
}

asio::awaitable<void> pass_text(context ctx, channel<std::unique_ptr<std::string>> texts, std::string& last)
{
    bool const sent =
        co_await texts.send(ctx, std::make_unique<std::string>("a text longer than the small buffer"));
    if (!sent)
        co_return;
    auto text = co_await texts.receive(ctx);
    last = **text;
}

asio::awaitable<void> signal_and_be_signalled(context ctx, channel<void> out, channel<void> in,
                                              std::string& seen)
{
    bool const sent = co_await out.send(ctx);
    seen += sent ? "sent " : "not sent ";
    while (auto next = co_await tidings::select(ctx, in, out)) {
        if (next.from(in))
            seen += "in ";
        if (next.from(out))
            seen += "out ";
    }
    auto const more = co_await in.receive(ctx);
    seen += more ? "more" : "end";
}

} // namespace

// Values come out in the order in which they went in, each once, whatever the capacity.
TEST_CASE("a channel carries values in order")
{
    for (std::size_t const capacity : {0u, 1u, 7u, 1000u}) {
        virtual_loop at;
        channel<int> numbers(capacity);
        std::vector<int> seen;
        int sent = 0;
        at.start_coroutine(collect(at.root, numbers, seen));
        at.start_coroutine(produce(at.root, numbers, 100, sent));
        at.settle();
        CHECK(sent == 100);
        REQUIRE(seen.size() == 100);
        for (int i = 0; i < 100; ++i)
            CHECK(seen[static_cast<std::size_t>(i)] == i);
        CHECK(numbers.size() == 0);
    }
}

// Without capacity a send waits for a receiver; with capacity it waits for room.
TEST_CASE("a send waits until its value is taken or buffered")
{
    for (int const capacity : {0, 3}) {
        virtual_loop at;
        channel<int> numbers(static_cast<std::size_t>(capacity));
        std::vector<int> seen;
        int sent = 0;
        at.start_coroutine(produce(at.root, numbers, 10, sent));
        at.settle();
        CHECK(sent == capacity);
        CHECK(numbers.size() == static_cast<std::size_t>(capacity));
        CHECK(numbers.try_receive() == 0); // the sender that waits moves up
        at.settle();
        CHECK(sent == capacity + 1);
        at.start_coroutine(collect(at.root, numbers, seen));
        at.settle();
        CHECK(sent == 10);
        CHECK(seen == std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9});
    }
}

// Those who wait are served in the order in which they came.
TEST_CASE("receivers are served longest first")
{
    virtual_loop at;
    channel<int> numbers;
    std::vector<std::pair<int, int>> seen;
    for (int who = 0; who < 3; ++who)
        at.start_coroutine(take_one(at.root, numbers, seen, who));
    at.settle();
    for (int value : {10, 11, 12})
        CHECK(numbers.try_send(value));
    CHECK_FALSE(numbers.try_send(13));
    at.settle();
    CHECK(seen == std::vector<std::pair<int, int>>{{0, 10}, {1, 11}, {2, 12}});
}

// Never waits: what is there is taken, what fits is kept, the rest is refused.
TEST_CASE("try_send and try_receive do not wait")
{
    channel<int> numbers(2);
    CHECK(numbers.capacity() == 2);
    CHECK(numbers.try_receive() == std::nullopt);
    CHECK(numbers.try_send(1));
    CHECK(numbers.try_send(2));
    CHECK_FALSE(numbers.try_send(3));
    CHECK(numbers.size() == 2);
    CHECK(numbers.try_receive() == 1);
    CHECK(numbers.try_send(4));
    CHECK(numbers.try_receive() == 2);
    CHECK(numbers.try_receive() == 4);

    channel<int> rendezvous;
    CHECK_FALSE(rendezvous.try_send(1));
    CHECK(rendezvous.try_receive() == std::nullopt);
}

// Closing wakes receivers and senders; what lies in the buffer is still received, and nothing more goes in.
TEST_CASE("closing wakes both sides")
{
    virtual_loop at;
    channel<int> empty;
    channel<int> full(2);
    std::vector<int> seen;
    int sent = 0;
    at.start_coroutine(collect(at.root, empty, seen));
    at.start_coroutine(produce(at.root, full, 10, sent));
    at.settle();
    CHECK(at.finished == 0);
    empty.close();
    full.close();
    full.close();
    at.settle();
    CHECK(at.finished == 2);
    CHECK(sent == 2);
    CHECK(full.is_closed());
    CHECK_FALSE(full.try_send(7));
    at.start_coroutine(collect(at.root, full, seen));
    at.settle();
    CHECK(seen == std::vector<int>{0, 1});
    CHECK(at.finished == 3);
}

// A closed channel wakes all who wait, not only the first.
TEST_CASE("closing wakes every receiver")
{
    virtual_loop at;
    channel<int> numbers;
    std::vector<std::pair<int, int>> seen;
    for (int who = 0; who < 5; ++who)
        at.start_coroutine(take_one(at.root, numbers, seen, who));
    at.settle();
    numbers.close();
    at.settle();
    CHECK(seen.size() == 5);
    CHECK(seen[4] == std::pair(4, -1));
}

// An ended context wins over a value that is there: it has not been taken.
TEST_CASE("an ended context takes nothing")
{
    virtual_loop at;
    channel<int> numbers(4);
    CHECK(numbers.try_send(1));
    at.root.cancel();
    std::vector<int> seen;
    int sent = 0;
    at.start_coroutine(collect(at.root, numbers, seen));
    at.start_coroutine(produce(at.root, numbers, 1, sent));
    at.settle();
    CHECK(at.finished == 2);
    CHECK(seen.empty());
    CHECK(sent == 0);
    CHECK(numbers.size() == 1);
}

// A receiver or sender whose context ended leaves no trace in the channel.
TEST_CASE("a canceled wait leaves the channel")
{
    virtual_loop at;
    channel<int> numbers;
    std::vector<int> seen;
    auto limited = tidings::with_timeout(at.root, 10s);
    at.start_coroutine(collect(limited, numbers, seen));
    at.advance(10s);
    CHECK(at.finished == 1);
    CHECK_FALSE(numbers.try_send(1));

    int sent = 0;
    auto second = tidings::with_timeout(at.root, 10s);
    at.start_coroutine(produce(second, numbers, 1, sent));
    at.advance(10s);
    CHECK(at.finished == 2);
    CHECK(numbers.try_receive() == std::nullopt);
    CHECK(sent == 0);
}

// Values may be movable only; they are built in place and handed over without a copy.
TEST_CASE("a channel carries what can only be moved")
{
    virtual_loop at;
    channel<std::unique_ptr<std::string>> texts(1);
    std::string last;
    at.start_coroutine(pass_text(at.root, texts, last));
    at.settle();
    CHECK(last == "a text longer than the small buffer");
    CHECK(texts.try_send(std::make_unique<std::string>("left behind: destroyed with the channel")));
}

// A refused value is destroyed, not leaked, and a buffered one dies with the last handle.
TEST_CASE("a channel owns what lies in it")
{
    auto const watched = std::make_shared<int>(1);
    {
        channel<std::shared_ptr<int>> values(1);
        auto const copy = values;
        CHECK(values.try_send(watched));
        CHECK_FALSE(values.try_send(watched));
        CHECK(copy.size() == 1); // handles share one channel
        CHECK(watched.use_count() == 2);
    }
    CHECK(watched.use_count() == 1);
}

// A plain thread may send and close.
TEST_CASE("a channel is fed from a plain thread")
{
    asio::io_context io;
    auto const work = asio::make_work_guard(io);
    auto root = context::root(io.get_executor());
    channel<int> numbers(1000);
    std::vector<int> seen;
    asio::co_spawn(io, collect(root, numbers, seen), [&](std::exception_ptr) { io.stop(); });
    std::thread feeder([numbers]() mutable {
        for (int i = 0; i < 1000; ++i)
            (void)numbers.try_send(i);
        numbers.close();
    });
    io.run();
    feeder.join();
    CHECK(seen.size() == 1000);
}

// Coroutines that wait are destroyed with their io_context, with the channels and contexts that they own.
TEST_CASE("suspended waits die with their io_context")
{
    auto const watched = std::make_shared<int>(1);
    {
        virtual_loop at;
        auto hold = [](context ctx, std::shared_ptr<int>) -> asio::awaitable<void> {
            auto scope = tidings::with_timeout(ctx, 1h);
            channel<int> own;
            co_await own.receive(scope);
        };
        for (int i = 0; i < 3; ++i)
            at.start_coroutine(hold(at.root, watched));
        at.settle();
        CHECK(watched.use_count() == 4);
    }
    CHECK(watched.use_count() == 1);
}

// Also those whose wait is over but that have had no turn yet.
TEST_CASE("waits that are ready but not resumed die with their io_context")
{
    auto const watched = std::make_shared<int>(1);
    {
        virtual_loop at;
        channel<int> numbers(1);
        CHECK(numbers.try_send(1));
        auto hold = [](context ctx, channel<int> source, std::shared_ptr<int>) -> asio::awaitable<void> {
            while (auto number = co_await source.receive(ctx)) {
            }
        };
        at.start_coroutine(hold(at.root, numbers, watched));
        at.io.restart();
        at.io.poll_one(); // the first wait was ready at once, and waits for its turn
    }
    CHECK(watched.use_count() == 1);
    {
        virtual_loop at;
        channel<int> numbers;
        std::vector<std::pair<int, int>> seen;
        at.start_coroutine(take_one(at.root, numbers, seen, 0));
        at.settle();
        CHECK(numbers.try_send(1)); // handed over, and never looked at
    }
}

// A channel of nothing carries signals: it counts them, hands them over and ends like any other.
TEST_CASE("a channel carries signals")
{
    virtual_loop at;
    channel<void> here, there(2);
    CHECK(there.try_send());
    CHECK(there.try_send());
    CHECK_FALSE(there.try_send());
    CHECK(there.size() == 2);
    CHECK(there.try_receive());
    std::string seen;
    at.start_coroutine(signal_and_be_signalled(at.root, here, there, seen));
    at.settle();
    CHECK(seen.empty());
    CHECK(here.try_receive());
    CHECK_FALSE(here.try_receive());
    at.settle();
    CHECK(here.try_send());
    at.settle();
    here.close();
    there.close();
    at.settle();
    CHECK(seen == "sent in out end");

    channel<void> full(1);
    std::monostate signal;
    CHECK(tidings::try_select(at.root, tidings::sending(full, signal)).sent(full));
    CHECK_FALSE(tidings::try_select(at.root, tidings::sending(full, signal)));
}
