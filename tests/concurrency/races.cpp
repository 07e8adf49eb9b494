// SPDX-License-Identifier: BSL-1.0
// usage: races COUNT
// Lets waits race COUNT times in each of several settings, and keeps account of every item: what a channel
// accepted is received exactly once, whoever won. That it ends at all shows that nobody starves.
#include <tidings/wait/after.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/ticker.hpp>

#include "ledger.hpp"
#include "stage.hpp"

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::context_scope;
using tidings::select;
using tidings::sending;
using tidings::test::ledger;
using tidings::test::stage;
using tidings::test::threading;

namespace {

/// What the coroutines of one race share.
struct race
{
    race(long count, threading how) : items(count), where(how) {}

    ledger items;
    stage where;
    channel<long> narrow{0};
    channel<long> wide{4};
    std::atomic<int> senders{0};
};

// Senders, with and without a buffer; the last one closes the channels.

asio::awaitable<void> send_items(context ctx, race& on)
{
    for (long item = on.items.draw(); item >= 0; item = on.items.draw()) {
        channel<long> to = item % 2 ? on.narrow : on.wide;
        bool const sent = co_await to.send(ctx, item);
        if (sent)
            on.items.accepted(item);
    }
    if (--on.senders == 0) {
        on.narrow.close();
        on.wide.close();
    }
}

// Receive against tick.

asio::awaitable<void> receive_against_tick(context ctx, race& on)
{
    tidings::ticker often(50us);
    channel<int> always(1); // ready each time, and must not starve the others
    while (true) {
        (void)always.try_send(1);
        auto next = co_await select(ctx, often, on.narrow, always, on.wide);
        if (auto* item = next.from(on.narrow))
            on.items.received(*item);
        else if (auto* other = next.from(on.wide))
            on.items.received(*other);
        else if (on.narrow.is_closed() && on.wide.is_closed() && on.wide.size() == 0)
            co_return;
    }
}

asio::awaitable<void> receive_between_ticks(context ctx, race& on)
{
    tidings::ticker often(1ms);
    while (true) {
        auto next = co_await select(ctx, on.wide, on.narrow, often);
        if (auto* item = next.from(on.narrow))
            on.items.received(*item);
        else if (auto* other = next.from(on.wide))
            on.items.received(*other);
        else if (on.narrow.is_closed() && on.wide.is_closed() && on.wide.size() == 0)
            co_return;
    }
}

// Receive and send against cancellation: a canceler elsewhere ends each wait's context while it waits.

using scope_ptr = std::shared_ptr<context_scope>;

asio::awaitable<void> cancel_all(context ctx, channel<scope_ptr> scopes)
{
    while (auto scope = co_await scopes.receive(ctx))
        (*scope)->cancel();
}

asio::awaitable<void> receive_against_cancellation(context ctx, race& on, channel<scope_ptr> scopes)
{
    while (!on.narrow.is_closed() || on.wide.size() != 0) {
        auto const scope = std::make_shared<context_scope>(tidings::with_cancel(ctx));
        bool const handed_out = scopes.try_send(scope);
        if (!handed_out)
            scope->cancel();
        auto next = co_await select(*scope, on.narrow, on.wide);
        if (auto* item = next.from(on.narrow))
            on.items.received(*item);
        else if (auto* other = next.from(on.wide))
            on.items.received(*other);
    }
    scopes.close();
}

asio::awaitable<void> send_against_cancellation(context ctx, race& on, channel<scope_ptr> scopes)
{
    for (long item = on.items.draw(); item >= 0; item = on.items.draw()) {
        auto const scope = std::make_shared<context_scope>(tidings::with_cancel(ctx));
        (void)scopes.try_send(scope);
        bool const sent = co_await on.narrow.send(*scope, item);
        if (sent)
            on.items.accepted(item);
    }
    if (--on.senders == 0) {
        on.narrow.close();
        on.wide.close();
    }
}

// Selects that meet on two rendezvous channels, each sending on one and receiving on the other.

asio::awaitable<void> meet(context_scope& all, race& on, channel<long> out, channel<long> in, bool send_first)
{
    context const ctx = all;
    for (long mine = on.items.draw(); !ctx.is_done(); mine = on.items.draw()) {
        if (mine < 0) {
            all.cancel(); // the last meeting is over
            co_return;
        }
        bool went_out = false;
        while (!went_out) {
            if (send_first) {
                auto next = co_await select(ctx, sending(out, mine), in);
                went_out = next.sent(out);
                if (auto* theirs = next.from(in))
                    on.items.received(*theirs);
                else if (!went_out)
                    co_return;
            } else {
                auto next = co_await select(ctx, in, sending(out, mine));
                went_out = next.sent(out);
                if (auto* theirs = next.from(in))
                    on.items.received(*theirs);
                else if (!went_out)
                    co_return;
            }
        }
        on.items.accepted(mine);
    }
}

bool run_race(char const* what, long count, threading how, std::function<void(race&)> const& set_up)
{
    race on(count, how);
    auto const begin = std::chrono::steady_clock::now();
    set_up(on);
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
    return on.items.close(what, to_string(how), took.count());
}

void race_ticks(race& on)
{
    auto root = context::root(on.where.next_executor());
    on.senders = 3;
    for (int i = 0; i < 3; ++i)
        on.where.start(on.where.next_executor(), send_items(root, on));
    on.where.start(on.where.next_executor(), receive_against_tick(root, on));
    on.where.start(on.where.next_executor(), receive_between_ticks(root, on));
    on.where.run();
}

void race_cancellation(race& on)
{
    auto root = context::root(on.where.next_executor());
    channel<scope_ptr> scopes(16);
    on.senders = 3;
    on.where.start(on.where.next_executor(), send_items(root, on));
    on.where.start(on.where.next_executor(), send_against_cancellation(root, on, scopes));
    on.where.start(on.where.next_executor(), send_against_cancellation(root, on, scopes));
    on.where.start(on.where.next_executor(), cancel_all(root, scopes));
    on.where.start(on.where.next_executor(), receive_against_cancellation(root, on, scopes));
    on.where.run();
}

void race_meetings(race& on)
{
    auto root = context::root(on.where.next_executor());
    channel<long> there, back;
    for (bool const send_first : {true, false}) {
        on.where.start(on.where.next_executor(), meet(root, on, there, back, send_first));
        on.where.start(on.where.next_executor(), meet(root, on, back, there, send_first));
        on.where.start(on.where.next_executor(), meet(root, on, there, there, send_first));
    }
    on.where.run();
}

} // namespace

int main(int argc, char** argv)
{
    long const count = argc == 2 ? std::atol(argv[1]) : 0;
    if (count < 1) {
        std::fputs("usage: races COUNT\n", stderr);
        return 2;
    }
    bool balanced = true;
    for (auto const how : {threading::one_thread, threading::loop_each, threading::shared_loop}) {
        balanced &= run_race("receive against tick", count, how, race_ticks);
        balanced &= run_race("against cancellation", count, how, race_cancellation);
        balanced &= run_race("selects that meet", count, how, race_meetings);
    }
    return balanced ? 0 : 1;
}
