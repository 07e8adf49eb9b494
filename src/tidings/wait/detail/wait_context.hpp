// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>
#include <tidings/wait/detail/context_state.hpp>
#include <tidings/wait/detail/operation.hpp>

namespace tidings::detail {

/// The context of one wait, and the place of the wait among those that end with it.
class wait_context
{
public:
    explicit wait_context(context_state& state) : state_(&state) { state.check_wait(); }

    internal::loop* likely_home() const noexcept { return &state_->home(); }
    bool is_done() const noexcept { return state_->is_done(); }
    unsigned next_turn(unsigned count) const noexcept { return state_->next_turn(count); }

    /// False, and not linked, when the context has ended.
    bool link(operation& owner) { return state_->link(node_, owner, context_ended); }
    void unlink() noexcept
    {
        if (node_.owner) // otherwise nothing has kept the state alive
            state_->unlink(node_);
    }

private:
    context_state* state_;
    wait_node node_;
};

/// Of a wait that ends with its sources alone.
class no_context
{
public:
    /// The loop of the wait, where it is known: that spares the search for it. May be null.
    explicit no_context(internal::loop* likely_home) noexcept : likely_home_(likely_home) {}

    internal::loop* likely_home() const noexcept { return likely_home_; }
    bool is_done() const noexcept { return false; }
    unsigned next_turn(unsigned) const noexcept { return 0; }
    bool link(operation&) const noexcept { return true; }
    void unlink() const noexcept {}

private:
    internal::loop* likely_home_;
};

} // namespace tidings::detail
