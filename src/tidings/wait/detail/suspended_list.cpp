// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/operation.hpp>
#include <tidings/wait/detail/suspended_list.hpp>
#include <tidings/wait/detail/turn_queue.hpp>

#include <mutex>
#include <utility>

namespace tidings::detail {

void suspended_list::add(operation& waiting) noexcept
{
    if (waiting.runs_in_turns_ && turns_.is_in_turn()) {
        waiting.suspended_ = operation::suspended::within_turns;
        in_turns_.push_back(waiting);
        return;
    }
    std::lock_guard const guard(lock_);
    waiting.suspended_ = operation::suspended::anywhere;
    anywhere_.push_back(waiting);
}

void suspended_list::remove(operation& waiting) noexcept
{
    suspended_link& place = waiting;
    auto const where = std::exchange(waiting.suspended_, operation::suspended::no);
    if (where == operation::suspended::within_turns)
        return place.unlink();
    std::lock_guard const guard(lock_);
    place.unlink();
}

void suspended_list::abandon_all() noexcept
{
    // Each leaves its list. Others may wait for a source on another thread meanwhile.
    while (operation* const waiting = first())
        waiting->abandon();
}

operation* suspended_list::first() noexcept
{
    std::lock_guard const guard(lock_);
    for (link_list* const list : {&in_turns_, &anywhere_})
        if (!list->is_empty())
            return &static_cast<operation&>(static_cast<suspended_link&>(list->front()));
    return nullptr;
}

} // namespace tidings::detail
