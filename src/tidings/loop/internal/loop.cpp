// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/internal/loop.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <optional>
#include <utility>

namespace asio = boost::asio;

namespace tidings::internal {

loop& loop::of(asio::any_io_executor const& executor)
{
    auto& found = asio::use_service<loop>(asio::query(executor, asio::execution::context));
    std::call_once(found.executor_bound_, [&] {
        found.executor_ = executor;
        found.bind(executor);
    });
    return found;
}

void loop::shutdown()
{
    ready_queue::close();
    timers::close();
    // Each leaves its list. Others may wait for a source on another thread meanwhile.
    while (suspended* const waiting = first_suspended())
        waiting->abandon();
    if (!executor_.target<asio::io_context::executor_type>())
        executor_ = {}; // a strand's service may go before this one
}

// Turns

loop::turn::turn(loop& at) : at_(at)
{
    at_.turn_began_ = at_.now();
    at_.begin_turn();
}

loop::turn::~turn()
{
    at_.note_delay(at_.now() - at_.turn_began_);
    at_.end_turn();
    at_.arm_if_due();
}

void loop::run_in_turn(run_node& node)
{
    if (!claim_turn()) {
        visit const outside_of_turns(*this);
        return node.run();
    }
    turn const now(*this);
    node.run();
    run_ready();
}

void loop::post_turn()
{
    asio::post(executor_, [this] { run_posted_turn(); });
}

void loop::run_posted_turn()
{
    try {
        check_thread();
    } catch (...) { // nothing is lost: the thread that is at work finds it
        post_turn();
        throw;
    }
    turn const now(*this);
    run_ready();
}

// Timers

void loop::add_timer(timer_entry& entry, time_point when)
{
    add(entry, when);
    if (is_in_turn())
        arm_later(); // once, when the turn ends
    else
        arm();
}

void loop::remove_timer(timer_entry& entry)
{
    // A timer that nobody waits for would keep io_context::run() from returning.
    // The next turn disarms it, unless somebody waits again by then.
    if (remove(entry)) {
        arm_later();
        if (!is_in_turn())
            request_turn();
    }
}

void loop::on_timer()
{
    try {
        check_thread();
    } catch (...) { // what is due waits for the end of the turn on the other thread
        request_turn();
        throw;
    }
    // In a turn of their own: then what they wake needs no posted one, and one arming is enough for all.
    std::optional<turn> own;
    if (claim_turn())
        own.emplace(*this);
    expire_fired(turn_time());
    if (own)
        run_ready();
    else
        arm_if_due();
}

// What waits

void loop::add_suspended(suspended& waiting) noexcept
{
    if (waiting.runs_in_turns_ && is_in_turn()) {
        waiting.where_ = suspended::list::within_turns;
        suspended_in_turns_.push_back(waiting);
        return;
    }
    std::lock_guard const guard(suspended_lock_);
    waiting.where_ = suspended::list::anywhere;
    suspended_anywhere_.push_back(waiting);
}

void loop::remove_suspended(suspended& waiting) noexcept
{
    list_link& place = waiting;
    if (std::exchange(waiting.where_, suspended::list::none) == suspended::list::within_turns)
        return place.unlink();
    std::lock_guard const guard(suspended_lock_);
    place.unlink();
}

suspended* loop::first_suspended() noexcept
{
    std::lock_guard const guard(suspended_lock_);
    for (link_list* const list : {&suspended_in_turns_, &suspended_anywhere_})
        if (!list->is_empty())
            return &static_cast<suspended&>(list->front());
    return nullptr;
}

} // namespace tidings::internal
