// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/wait_operation.hpp>
#include <tidings/wait/detail/wait_result.hpp>

namespace tidings {

namespace detail {

/// Waits for the end of another context.
class done_case
{
public:
    static constexpr bool meets = false;
    using item = happened;

    explicit done_case(context_state* source) noexcept : source_(source) {}

    void const* key() const noexcept { return source_; }

    readiness poll(internal::loop&) { return source_->is_done() ? readiness::ready : readiness::pending; }

    bool link(operation& owner, int index) { return source_->link(node_, owner, index); }

    void unlink(operation&)
    {
        if (node_.owner) // otherwise nothing has kept the source alive
            source_->unlink(node_);
    }

    item take() noexcept { return {}; }

private:
    context_state* source_;
    wait_node node_;
};

} // namespace detail

/// The end of a context as a source for a select, like Go's `<-other.Done()`. It stays ready once that
/// context has ended. Any number of coroutines may wait for one object, on any threads.
class done
{
public:
    explicit done(context other) noexcept : other_(std::move(other)) {}

    /// Waits for the end of the other context; false if `ctx` ended first.
    [[nodiscard]] auto wait(context const& ctx)
    {
        return detail::wait_operation<detail::won_shape, wait_case>(internal::access::state(ctx),
                                                                    wait_source());
    }

private:
    friend internal::access;
    using wait_case = detail::done_case;

    detail::context_state* wait_source() const noexcept { return &internal::access::state(other_); }

    context other_;
};

} // namespace tidings
