// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/list.hpp>
#include <tidings/loop/internal/run_queue.hpp>
#include <tidings/loop/internal/spinlock.hpp>

#include <cstdint>

namespace tidings::detail {
class ready_queue;
}

namespace tidings::internal {

class loop;

/// Something that waits on a loop: it runs once its wait is over, or is abandoned with the loop.
class suspended : public run_node, list_link
{
public:
    suspended(suspended const&) = delete;
    suspended& operator=(suspended const&) = delete;

    /// Leaves all that it waits for, and destroys the coroutine that waits. For a loop that shuts down.
    virtual void abandon() noexcept = 0;

    loop& home() noexcept { return *home_; }

protected:
    suspended() = default;
    ~suspended() = default;

    bool is_suspended() const noexcept { return where_ != list::none; }

    loop* home_ = nullptr;
    bool runs_in_turns_ = false;

private:
    friend class suspended_list;

    // In which of its loop's lists. The link itself is no answer: neighbours write to it under the list's
    // lock.
    enum class list : std::uint8_t
    {
        none,
        within_turns,
        anywhere,
    };
    list where_ = list::none;
};

/// What waits on a loop, kept to be destroyed with it: nothing else owns a coroutine that waits. Turns come
/// one after the other, so what begins and ends to wait in a turn needs no lock for that.
class suspended_list
{
public:
    explicit suspended_list(detail::ready_queue const& turns) noexcept : turns_(turns) {}

    void add(suspended& waiting) noexcept;
    void remove(suspended& waiting) noexcept;

    /// Destroys the coroutines that wait. For a loop that shuts down.
    void abandon_all() noexcept;

private:
    suspended* first() noexcept;

    detail::ready_queue const& turns_;
    link_list in_turns_; // used in turns only
    spinlock lock_;
    link_list anywhere_;
};

} // namespace tidings::internal
