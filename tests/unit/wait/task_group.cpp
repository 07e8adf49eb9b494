// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>
#include <tidings/wait/internal/tasks.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/task_group.hpp>

#include "support/virtual_loop.hpp"
#include "support/what_of.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::task_group;
using tidings::test::virtual_loop;
using tidings::test::what_of;

namespace {

struct tally
{
    int completed = 0;
    int told_to_end = 0;
};

asio::awaitable<void> work_for(context ctx, tidings::duration time, std::shared_ptr<tally> into)
{
    tidings::after over(time);
    bool const came = co_await over.wait(ctx);
    ++(came ? into->completed : into->told_to_end);
}

asio::awaitable<void> fail_later(context ctx, tidings::duration time, std::string message)
{
    tidings::after over(time);
    bool const came = co_await over.wait(ctx);
    if (came)
        throw std::runtime_error(message);
}

asio::awaitable<void> run_group(context ctx, bool failing, std::shared_ptr<tally> into, std::string& outcome)
{
    task_group group(ctx);
    group.spawn(work_for, 1s, into);
    group.spawn(work_for, 10s, into);
    if (failing) {
        group.spawn(fail_later, 5s, std::string("first"));
        group.spawn(fail_later, 6s, std::string("second"));
    }
    try {
        co_await group.wait();
        outcome = "all done";
    } catch (std::runtime_error const& error) {
        outcome = error.what();
    }
}

asio::awaitable<void> leave_group(context ctx, std::shared_ptr<tally> into)
{
    task_group group(ctx);
    group.spawn(work_for, 1h, into);
    tidings::after soon(1s);
    co_await soon.wait(ctx);
}

asio::awaitable<void> fail_at_the_end(context ctx, std::string message)
{
    tidings::after never(10h);
    co_await never.wait(ctx);
    throw std::runtime_error(message);
}

asio::awaitable<void> wait_for_late_failure(context ctx, std::string& outcome)
{
    task_group group(ctx);
    group.spawn(fail_at_the_end, std::string("late"));
    try {
        co_await group.wait();
        outcome = "all done";
    } catch (std::runtime_error const& error) {
        outcome = error.what();
    }
}

asio::awaitable<void> wait_beside_a_failing_task(context ctx, std::string& outcome)
{
    task_group group(ctx);
    group.spawn(work_for, 10s, std::make_shared<tally>());
    tidings::spawn(ctx, fail_later, 1s, std::string("not of the group"));
    co_await group.wait();
    outcome = "all done";
}

asio::awaitable<void> leave_failing_group(context ctx)
{
    task_group group(ctx);
    group.spawn(fail_at_the_end, std::string("nobody waits"));
    tidings::after soon(1s);
    co_await soon.wait(ctx);
}

} // namespace

// A clean-up that fails is a failure too, although the context had ended.
TEST_CASE("a group's task that fails at the end")
{
    virtual_loop at;
    std::string outcome;
    at.start_coroutine(wait_for_late_failure(at.root, outcome));
    at.root.cancel();
    at.settle();
    CHECK(outcome == "late");
}

// What a task of somebody else throws ends the group's tasks, and is not the group's.
TEST_CASE("a group beside a task that fails")
{
    virtual_loop at;
    std::string outcome;
    at.start_coroutine(wait_beside_a_failing_task(at.root, outcome));
    at.advance(2s);
    CHECK(outcome == "all done");
    CHECK(what_of(at.root.cause()) == "not of the group");
}

// Where nobody waits, it is as if a plain task had thrown.
TEST_CASE("a group that is left, and whose task fails then")
{
    virtual_loop at;
    at.start_coroutine(leave_failing_group(at.root));
    at.advance(2s);
    CHECK(what_of(at.root.cause()) == "nobody waits");
}

// wait comes back when all tasks have ended.
TEST_CASE("a group waits for all of its tasks")
{
    virtual_loop at;
    auto const seen = std::make_shared<tally>();
    std::string outcome;
    at.start_coroutine(run_group(at.root, false, seen, outcome));
    at.advance(9s);
    CHECK(outcome.empty());
    CHECK(seen->completed == 1);
    at.advance(1s);
    CHECK(outcome == "all done");
    CHECK(seen->completed == 2);
}

// The first failure ends the others and comes out of wait; the parent goes on.
TEST_CASE("the first failure of a group cancels the rest")
{
    virtual_loop at;
    auto const seen = std::make_shared<tally>();
    std::string outcome;
    at.start_coroutine(run_group(at.root, true, seen, outcome));
    at.advance(5s);
    CHECK(outcome == "first");
    CHECK(seen->completed == 1);
    CHECK(seen->told_to_end == 1);
    CHECK_FALSE(at.root.is_done());
}

// The end of the parent ends the tasks; wait still waits for them, and nothing is thrown.
TEST_CASE("a group ends with its parent")
{
    virtual_loop at;
    auto const seen = std::make_shared<tally>();
    std::string outcome;
    at.start_coroutine(run_group(at.root, true, seen, outcome));
    at.advance(2s);
    at.root.cancel();
    at.settle();
    CHECK(outcome == "all done");
    CHECK(seen->told_to_end == 1);
}

// An empty group is done.
TEST_CASE("an empty group has nothing to wait for")
{
    virtual_loop at;
    auto body = [](context ctx) -> asio::awaitable<void> {
        task_group group(ctx);
        co_await group.wait();
    };
    at.start_coroutine(body(at.root));
    at.settle();
    CHECK(at.finished == 1);
}

// A group that is left without wait ends its tasks.
TEST_CASE("leaving a group ends its tasks")
{
    virtual_loop at;
    auto const seen = std::make_shared<tally>();
    at.start_coroutine(leave_group(at.root, seen));
    at.advance(1s);
    CHECK(at.finished == 1);
    CHECK(seen->told_to_end == 1);
    CHECK_FALSE(tidings::internal::has_tasks(at.root));
    CHECK(seen.use_count() == 1);
}

// A group that is canceled tells its tasks, and is no failure.
TEST_CASE("a group can be canceled")
{
    virtual_loop at;
    auto const seen = std::make_shared<tally>();
    std::optional<task_group> group(std::in_place, at.root.get());
    group->spawn(work_for, 1h, seen);
    at.settle();
    group->cancel();
    at.settle();
    CHECK(seen->told_to_end == 1);
    CHECK(group->get_context().reason() == tidings::end_reason::canceled);
}
