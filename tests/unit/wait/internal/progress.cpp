// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/internal/progress.hpp>
#include <tidings/wait/internal/tasks.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/strand.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using tidings::test::virtual_loop;

namespace {

/// Counts up by itself when somebody begins to wait, as long as it has something to give.
class counting final : public tidings::internal::progress
{
public:
    explicit counting(tidings::context const& ctx) : home_(tidings::internal::home_of(ctx)) {}
    std::uint64_t at_hand = 0;

private:
    tidings::internal::loop& home() const noexcept override { return home_; }
    void drive() override
    {
        if (at_hand != 0)
            advance(std::exchange(at_hand, 0));
    }

    tidings::internal::loop& home_;
};

class progress_fixture
{
public:
    virtual_loop loop;
    counting count{loop.root};
    std::vector<std::uint64_t> reached;
    std::vector<std::uint64_t> missed;

    void wait_for(std::uint64_t mark)
    {
        loop.start_coroutine(note(*this, mark));
        loop.settle();
    }

    static asio::awaitable<void> note(progress_fixture& at, std::uint64_t mark)
    {
        bool const is_reached = co_await at.count.wait_for(mark);
        (is_reached ? at.reached : at.missed).push_back(mark);
    }
};

asio::awaitable<void> hold_while_waiting(counting& count, std::shared_ptr<int> held)
{
    (void)co_await count.wait_for(1);
    ++*held;
}

} // namespace

TEST_CASE_METHOD(progress_fixture, "each waits for a mark of its own")
{
    wait_for(0);
    CHECK(reached == std::vector<std::uint64_t>{0});
    wait_for(20);
    wait_for(10);
    count.advance(9);
    loop.settle();
    CHECK(reached.size() == 1);
    count.advance(1);
    loop.settle();
    CHECK(reached == std::vector<std::uint64_t>{0, 10});
    count.advance(10);
    loop.settle();
    CHECK(reached == std::vector<std::uint64_t>{0, 10, 20});
    CHECK(missed.empty());
}

TEST_CASE_METHOD(progress_fixture, "who begins to wait drives it on")
{
    count.at_hand = 5;
    wait_for(5);
    CHECK(reached == std::vector<std::uint64_t>{5});
    CHECK(count.reached() == 5);
}

// Who waits, and who comes later, learns whether the mark was reached before the end.
TEST_CASE_METHOD(progress_fixture, "its end ends all waits")
{
    wait_for(2);
    count.advance(1);
    count.end();
    loop.settle();
    CHECK(missed == std::vector<std::uint64_t>{2});
    wait_for(1);
    wait_for(3);
    CHECK(reached == std::vector<std::uint64_t>{1});
    CHECK(missed == std::vector<std::uint64_t>{2, 3});
}

TEST_CASE_METHOD(progress_fixture, "a wait on a strand")
{
    bool is_reached = false;
    asio::co_spawn(
        asio::make_strand(loop.io),
        [](counting& of, bool& told) -> asio::awaitable<void> { told = co_await of.wait_for(1); }(count,
                                                                                                  is_reached),
        asio::detached);
    loop.settle();
    CHECK_FALSE(is_reached);
    count.advance(1);
    loop.settle();
    CHECK(is_reached);
}

// Terminal cancellation is how a handler that has been given up is let go of; nothing is left in the list.
TEST_CASE_METHOD(progress_fixture, "a wait that is canceled")
{
    asio::cancellation_signal signal;
    bool has_ended = false;
    asio::co_spawn(
        loop.io, note(*this, 7),
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr const&) { has_ended = true; }));
    loop.settle();
    signal.emit(asio::cancellation_type::terminal);
    loop.settle();
    CHECK(has_ended);
    CHECK(reached.empty());
    count.advance(7);
    loop.settle();
    CHECK(reached.empty());
}

// The state of a wait belongs to nobody else: it goes with the loop, and the coroutine with it.
TEST_CASE("a coroutine that waits for progress is destroyed with its io_context")
{
    auto const held = std::make_shared<int>(0);
    auto loop = std::make_unique<virtual_loop>();
    counting count(loop->root);
    loop->start_coroutine(hold_while_waiting(count, held));
    loop->settle();
    CHECK(held.use_count() == 2);
    loop.reset();
    CHECK(held.use_count() == 1);
    CHECK(*held == 0);
}
