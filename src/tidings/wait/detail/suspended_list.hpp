// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/list_link.hpp>
#include <tidings/wait/detail/small_lock.hpp>

namespace tidings::detail {

class operation;
class turn_queue;

/// The place of an operation among those that wait on its loop.
struct suspended_link : list_link
{};

/// The operations that wait on a loop, kept to be destroyed with it: nothing else owns a coroutine that
/// waits. Turns come one after the other, so what begins and ends to wait in a turn needs no lock for that.
class suspended_list
{
public:
    explicit suspended_list(turn_queue const& turns) noexcept : turns_(turns) {}

    void add(operation& waiting) noexcept;
    void remove(operation& waiting) noexcept;

    /// Destroys the coroutines that wait. For a loop that shuts down.
    void abandon_all() noexcept;

private:
    operation* first() noexcept;

    turn_queue const& turns_;
    link_list in_turns_; // used in turns only
    small_lock lock_;
    link_list anywhere_;
};

} // namespace tidings::detail
