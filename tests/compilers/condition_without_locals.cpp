// SPDX-License-Identifier: BSL-1.0
// Runs coroutines that declare nothing and co_await in a condition. g++ 12 makes a wrong frame for them (GCC
// 106188; docs/design/compilers.md), and scripts/check-awaits finds exactly those that are marked as wrong.
// The program fails when a compiler has more or fewer wrong forms than are known of it.
#include "in_child.hpp"
#include "known_forms.hpp"

#include <coroutine>
#include <cstdlib>

namespace {

class task
{
public:
    struct promise_type
    {
        task get_return_object() { return task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::abort(); }
    };

    explicit task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    task(task const&) = delete;
    task& operator=(task const&) = delete;
    ~task() { handle_.destroy(); }

    void finish()
    {
        for (int i = 0; i < 10 && !handle_.done(); ++i) // a broken one may go on for ever
            handle_.resume();
    }

private:
    std::coroutine_handle<promise_type> handle_;
};

class answer
{
public:
    explicit answer(bool value) : value_(value) {}
    ~answer() {}
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<>) const {}
    bool await_resume() const { return value_; }

private:
    bool value_;
};

int left = 0;

answer next()
{
    return answer(left-- > 0);
}

task in_while()
{
    while (co_await next()) { // wrong
    }
}
task in_if()
{
    if (!co_await next()) // wrong
        co_return;
    left = -1;
}
task in_for()
{
    for (; co_await next();) { // wrong
    }
}
task in_do()
{
    do { // wrong
    } while (co_await next());
}
task in_switch()
{
    switch (co_await next()) { // wrong
    default:
        left = -1;
    }
}
task with_a_local()
{
    [[maybe_unused]] int any = 0;
    while (co_await next()) {
    }
}

struct form
{
    char const* name;
    task (*start)();
    bool is_wrong_on_gcc_12;
};

constexpr form forms[] = {
    {"while (co_await ...)", in_while, true},   {"if (!co_await ...)", in_if, true},
    {"for (; co_await ...;)", in_for, true},    {"do ... while (co_await ...)", in_do, true},
    {"switch (co_await ...)", in_switch, true}, {"with any local: while (co_await ...)", with_a_local, false},
};

bool works(form const& tried)
{
    return tidings::test::works_in_child([&] {
        left = 3;
        {
            task running = tried.start();
            running.finish();
        }
        return left == -1;
    });
}

} // namespace

int main()
{
    // Tried: g++ 12.2 is wrong at each level of optimisation; g++ 12.4, 13.3, 14.2 and clang 19 are right.
    tidings::test::form_report report;
    for (form const& each : forms)
        report.add(each.name, works(each),
                   tidings::test::gcc / 100 == 12 && tidings::test::gcc <= 1202 && each.is_wrong_on_gcc_12);
    return report.exit_code();
}
