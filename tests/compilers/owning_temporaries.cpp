// SPDX-License-Identifier: BSL-1.0
// Runs temporaries that own something inside expressions that await. g++ 12 destroys those that are marked as
// wrong twice (GCC 107288; docs/design/compilers.md), and scripts/check-awaits finds exactly those. The
// program fails when a compiler has more or fewer wrong forms than are known of it.
#include "in_child.hpp"
#include "known_forms.hpp"
#include "tracked.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using tidings::test::tracked;
using task = asio::awaitable<void>;

namespace {

constexpr auto long_text = "a text that does not fit into the small buffer of a string";

struct aggregate
{
    tracked one{long_text};
    tracked two{long_text};
};

struct views
{
    std::string_view one;
    std::string_view two;
};

class with_constructor
{
public:
    with_constructor(std::string one, tracked two) : one_(std::move(one)), two_(std::move(two)) {}

private:
    std::string one_;
    tracked two_;
};

tracked make()
{
    return tracked(long_text);
}
task by_value(aggregate)
{
    co_return;
}
task by_reference(aggregate const&)
{
    co_return;
}
task with_default(aggregate = {})
{
    co_return;
}
task of_array(std::array<tracked, 2>)
{
    co_return;
}
task of_views(views)
{
    co_return;
}
task of_class(with_constructor)
{
    co_return;
}
task of_one(tracked)
{
    co_return;
}
asio::awaitable<tracked> awaited()
{
    co_return make();
}
template <typename Function>
task call(Function function)
{
    function();
    co_return;
}

// clang-format off
task braces(bool)               { co_await by_value({.one = make()}); } // wrong
task named_type(bool)           { co_await by_value(aggregate{make(), make()}); } // wrong
task reference(bool)            { co_await by_reference({.one = make()}); } // wrong
task array(bool)                { co_await of_array({make(), make()}); } // wrong
task await_in_braces(bool)      { aggregate const made{.one = make(), .two = co_await awaited()}; } // wrong
task owning_closure(bool)       { tracked const mine = make(); co_await call([mine] { (void)mine.text(); }); } // wrong
task called_closure(bool)       { tracked const mine = make(); co_await [mine]() -> task { co_return; }(); } // wrong
task spawned_closure(bool)      { tracked const mine = make(); auto here = co_await asio::this_coro::executor; co_await asio::co_spawn(here, [mine]() -> task { co_return; }, asio::use_awaitable); } // wrong
task arms(bool yes)             { co_await of_one(yes ? make() : tracked("")); } // wrong
task awaitable_arms(bool yes)   { co_await (yes ? of_one(make()) : of_one(make())); } // wrong
task awaiting_arms(bool yes)    { tracked const made = yes ? co_await awaited() : make(); } // wrong
task default_argument(bool)     { co_await with_default(); } // wrong
task named(bool)                { aggregate made{.one = make()}; co_await by_value(std::move(made)); }
task named_closure(bool)        { tracked const mine = make(); auto const named = [mine] { (void)mine.text(); }; co_await call(named); }
task referring_closure(bool)    { tracked const mine = make(); co_await call([&] { (void)mine.text(); }); }
task braces_of_views(bool)      { co_await of_views({.one = make().text(), .two = long_text}); }
task braces_of_class(bool)      { co_await of_class({long_text, make()}); }
task named_arms(bool yes)       { tracked const one = make(); tracked const two = make(); co_await of_one(yes ? one : two); }
task closure_elsewhere(bool)    { tracked const mine = make(); auto here = co_await asio::this_coro::executor; asio::co_spawn(here, [mine]() -> task { co_return; }, asio::detached); }
// clang-format on

struct form
{
    char const* name;
    task (*run)(bool yes);
    bool is_wrong_on_gcc_12;
};

constexpr form forms[] = {
    {"f({...})", braces, true},
    {"f(aggregate{...})", named_type, true},
    {"f({...}), by reference", reference, true},
    {"f(array)", array, true},
    {"aggregate{..., co_await g()}", await_in_braces, true},
    {"f([owner] {...})", owning_closure, true},
    {"[owner]() -> awaitable {...}()", called_closure, true},
    {"co_spawn(..., [owner]...)", spawned_closure, true},
    {"f(c ? owner() : owner())", arms, true},
    {"co_await (c ? f() : g())", awaitable_arms, true},
    {"owner x = c ? co_await f() : g()", awaiting_arms, true},
    {"f(), default argument", default_argument, true},
    {"f(std::move(named))", named, false},
    {"f(named closure)", named_closure, false},
    {"f([&] {...})", referring_closure, false},
    {"f({...}), of views", braces_of_views, false},
    {"f({...}), a class", braces_of_class, false},
    {"f(c ? name : name)", named_arms, false},
    {"co_spawn(..., [owner]...), not awaited", closure_elsewhere, false},
};

bool works(form const& tried)
{
    return tidings::test::works_in_child([&] {
        {
            asio::io_context loop;
            asio::co_spawn(loop, tried.run(true), asio::detached);
            asio::co_spawn(loop, tried.run(false), asio::detached);
            loop.run();
        }
        return tracked::live == 0;
    });
}

} // namespace

int main()
{
    // Tried: g++ 12.2 and 12.4 are wrong, at each level of optimisation; g++ 13.3, 14.2 and clang 19 are
    // right.
    tidings::test::form_report report;
    for (form const& each : forms)
        report.add(each.name, works(each), tidings::test::gcc / 100 == 12 && each.is_wrong_on_gcc_12);
    return report.exit_code();
}
