// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/detail/ready_queue.hpp>
#include <tidings/loop/internal/suspended.hpp>

#include <mutex>
#include <utility>

namespace tidings::internal {

void suspended_list::add(suspended& waiting) noexcept
{
    if (waiting.runs_in_turns_ && turns_.is_in_turn()) {
        waiting.where_ = suspended::list::within_turns;
        in_turns_.push_back(waiting);
        return;
    }
    std::lock_guard const guard(lock_);
    waiting.where_ = suspended::list::anywhere;
    anywhere_.push_back(waiting);
}

void suspended_list::remove(suspended& waiting) noexcept
{
    list_link& place = waiting;
    if (std::exchange(waiting.where_, suspended::list::none) == suspended::list::within_turns)
        return place.unlink();
    std::lock_guard const guard(lock_);
    place.unlink();
}

void suspended_list::abandon_all() noexcept
{
    // Each leaves its list. Others may wait for a source on another thread meanwhile.
    while (suspended* const waiting = first())
        waiting->abandon();
}

suspended* suspended_list::first() noexcept
{
    std::lock_guard const guard(lock_);
    for (link_list* const list : {&in_turns_, &anywhere_})
        if (!list->is_empty())
            return &static_cast<suspended&>(list->front());
    return nullptr;
}

} // namespace tidings::internal
