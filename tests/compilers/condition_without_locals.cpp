// SPDX-License-Identifier: BSL-1.0
// Tells whether this compiler breaks coroutines that declare nothing and co_await in a condition (GCC 106188;
// docs/design/compilers.md). Each form runs in a process of its own, since a broken one crashes. Knowing is
// the purpose: the program succeeds either way.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <coroutine>
#include <cstdio>
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
    while (co_await next()) {
    }
}
task in_if()
{
    if (!co_await next())
        co_return;
    left = -1;
}
task in_for()
{
    for (; co_await next();) {
    }
}
task in_switch()
{
    switch (co_await next()) {
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
};

constexpr std::array forms{form{"while (co_await ...)", in_while}, form{"if (!co_await ...)", in_if},
                           form{"for (; co_await ...;)", in_for}, form{"switch (co_await ...)", in_switch},
                           form{"with any local: while (co_await ...)", with_a_local}};

bool works(form const& tried)
{
    pid_t const child = fork();
    if (child == 0) {
        if (!std::freopen("/dev/null", "w", stderr)) // a sanitizer's report is expected here
            _exit(2);
        alarm(2);
        left = 3;
        {
            task running = tried.start();
            running.finish();
        }
        _exit(left == -1 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

int main()
{
    for (form const& each : forms)
        std::printf("%-40s %s\n", each.name, works(each) ? "works" : "BROKEN by this compiler (GCC 106188)");
}
