// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/wait/detail/context_state.hpp>

#include <atomic>
#include <mutex>
#include <optional>

namespace tidings::detail {

/// A context that ends with its parent, and may end before, on its own or at its deadline.
class child_context final : public context_state, internal::timer_entry
{
public:
    static context_ptr make(context_ptr parent);
    static context_ptr make(context_ptr parent, time_point deadline);

    std::optional<time_point> deadline() const noexcept override;
    root_context& root() noexcept override { return parent_->root(); }
    context_state& counts_waits() noexcept override
    {
        return was_made_after_end_ ? parent_->counts_waits() : *this;
    }

    /// Guarded by the parent's lock.
    child_context* next_sibling() const noexcept { return next_sibling_; }

private:
    explicit child_context(context_ptr parent);
    ~child_context() override;

    void arm();
    void disarm() noexcept;
    void expire(std::unique_lock<internal::spinlock>& timers) override;
    void drop() noexcept override { armed_.store(false, std::memory_order_relaxed); }

    context_ptr parent_;
    child_context* next_sibling_ = nullptr;
    child_context* previous_sibling_ = nullptr;
    time_point deadline_ = time_point::max();
    std::atomic<bool> armed_{false};
    bool was_made_after_end_ = false; // its parent's
};

} // namespace tidings::detail
