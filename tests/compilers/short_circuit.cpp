// SPDX-License-Identifier: BSL-1.0
// Runs the 27 forms of a co_await that `&&`, `||` or `?:` leaves out: three operators in nine places. The
// left operand decides in each, so nothing may be awaited. g++ evaluates the right one all the same in the
// forms that are marked as wrong (docs/design/compilers.md), and scripts/check-awaits finds exactly those.
// The program fails when a compiler has more or fewer wrong forms than are known of it.
#include "known_forms.hpp"

#include <coroutine>
#include <exception>

namespace {

// Runs to its end at once, since what the forms await never suspends for good.
struct task
{
    struct promise_type
    {
        task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_value(bool value) { result = value; }
        void unhandled_exception() { std::terminate(); }
        bool result = false;
    };
    std::coroutine_handle<promise_type> handle;
};

int asked = 0; // how often something was awaited

struct ask
{
    ask() { ++asked; }
    bool await_ready() const { return false; }
    bool await_suspend(std::coroutine_handle<>) const { return false; }
    bool await_resume() const { return true; }
};

bool same(bool value)
{
    return value;
}

// clang-format off
task and_in_if(bool left) { bool seen = false; if (left && co_await ask()) seen = true; co_return seen; }
task and_in_while(bool left) { bool seen = false; while (left && co_await ask()) { seen = true; break; } co_return seen; } // wrong
task and_in_for(bool left) { bool seen = false; for (; left && co_await ask();) { seen = true; break; } co_return seen; } // wrong
task and_in_do(bool left) { bool seen = false; do { if (seen) co_return true; seen = true; } while (left && co_await ask()); co_return false; } // wrong
task and_in_switch(bool left) { bool seen = false; switch (left && co_await ask()) { case true: seen = true; break; case false: break; } co_return seen; } // wrong
task and_in_argument(bool left) { bool seen = false; seen = same(left && co_await ask()); co_return seen; } // wrong
task and_in_co_return(bool left) { [[maybe_unused]] bool const seen = false; co_return left && co_await ask(); } // wrong
task and_in_initialiser(bool left) { bool const seen = left && co_await ask(); co_return seen; }
task and_in_assignment(bool left) { bool seen = false; seen = left && co_await ask(); co_return seen; }

task or_in_if(bool left) { bool seen = false; if (left || co_await ask()) seen = true; co_return seen; }
task or_in_while(bool left) { bool seen = false; while (left || co_await ask()) { seen = true; break; } co_return seen; } // wrong
task or_in_for(bool left) { bool seen = false; for (; left || co_await ask();) { seen = true; break; } co_return seen; } // wrong
task or_in_do(bool left) { bool seen = false; do { if (seen) co_return true; seen = true; } while (left || co_await ask()); co_return false; } // wrong
task or_in_switch(bool left) { bool seen = false; switch (left || co_await ask()) { case true: seen = true; break; case false: break; } co_return seen; } // wrong
task or_in_argument(bool left) { bool seen = false; seen = same(left || co_await ask()); co_return seen; } // wrong
task or_in_co_return(bool left) { [[maybe_unused]] bool const seen = false; co_return left || co_await ask(); } // wrong
task or_in_initialiser(bool left) { bool const seen = left || co_await ask(); co_return seen; }
task or_in_assignment(bool left) { bool seen = false; seen = left || co_await ask(); co_return seen; }

task choice_in_if(bool left) { bool seen = false; if (left ? co_await ask() : false) seen = true; co_return seen; }
task choice_in_while(bool left) { bool seen = false; while (left ? co_await ask() : false) { seen = true; break; } co_return seen; } // wrong
task choice_in_for(bool left) { bool seen = false; for (; left ? co_await ask() : false;) { seen = true; break; } co_return seen; } // wrong
task choice_in_do(bool left) { bool seen = false; do { if (seen) co_return true; seen = true; } while (left ? co_await ask() : false); co_return false; } // wrong
task choice_in_switch(bool left) { bool seen = false; switch (left ? co_await ask() : false) { case true: seen = true; break; case false: break; } co_return seen; } // wrong
task choice_in_argument(bool left) { bool seen = false; seen = same(left ? co_await ask() : false); co_return seen; } // wrong
task choice_in_co_return(bool left) { [[maybe_unused]] bool const seen = false; co_return left ? co_await ask() : false; } // wrong
task choice_in_initialiser(bool left) { bool const seen = left ? co_await ask() : false; co_return seen; }
task choice_in_assignment(bool left) { bool seen = false; seen = left ? co_await ask() : false; co_return seen; }
// clang-format on

struct form
{
    char const* name;
    task (*run)(bool left);
    bool left; // decides alone, and is the result
    bool is_wrong_on_gcc;
};

constexpr form forms[] = {
    {"&& in if", and_in_if, false, false},
    {"&& in while", and_in_while, false, true},
    {"&& in for", and_in_for, false, true},
    {"&& in do", and_in_do, false, true},
    {"&& in switch", and_in_switch, false, true},
    {"&& in argument", and_in_argument, false, true},
    {"&& in co_return", and_in_co_return, false, true},
    {"&& in initialiser", and_in_initialiser, false, false},
    {"&& in assignment", and_in_assignment, false, false},
    {"|| in if", or_in_if, true, false},
    {"|| in while", or_in_while, true, true},
    {"|| in for", or_in_for, true, true},
    {"|| in do", or_in_do, true, true},
    {"|| in switch", or_in_switch, true, true},
    {"|| in argument", or_in_argument, true, true},
    {"|| in co_return", or_in_co_return, true, true},
    {"|| in initialiser", or_in_initialiser, true, false},
    {"|| in assignment", or_in_assignment, true, false},
    {"?: in if", choice_in_if, false, false},
    {"?: in while", choice_in_while, false, true},
    {"?: in for", choice_in_for, false, true},
    {"?: in do", choice_in_do, false, true},
    {"?: in switch", choice_in_switch, false, true},
    {"?: in argument", choice_in_argument, false, true},
    {"?: in co_return", choice_in_co_return, false, true},
    {"?: in initialiser", choice_in_initialiser, false, false},
    {"?: in assignment", choice_in_assignment, false, false},
};

bool works(form const& tried)
{
    asked = 0;
    task const done = tried.run(tried.left);
    bool const result = done.handle.promise().result;
    done.handle.destroy();
    return asked == 0 && result == tried.left;
}

} // namespace

int main()
{
    // Tried: g++ 11.3, 12.2, 12.4, 13.3 and 14.2 are wrong alike, at each level of optimisation; clang 19 is
    // right.
    tidings::test::form_report report;
    for (form const& each : forms)
        report.add(each.name, works(each), tidings::test::gcc != 0 && each.is_wrong_on_gcc);
    return report.exit_code();
}
