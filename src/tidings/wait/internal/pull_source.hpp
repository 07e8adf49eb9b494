// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/operation.hpp>
#include <tidings/wait/detail/wait_operation.hpp>
#include <tidings/wait/detail/wait_result.hpp>

#include <optional>
#include <utility>

namespace tidings::detail {

template <typename T>
class pull_case;

/// A wait at a `pull_source`, and what it has been handed.
template <typename T>
struct pull_node : wait_node
{
    std::optional<T> value;
};

} // namespace tidings::detail

namespace tidings::internal {

/// A source of values that are fetched when they are asked for, such as the events of a topic. What several
/// waits race for is fetched once and goes to exactly one. On one loop only.
template <typename T>
class pull_source
{
public:
    pull_source() = default;
    pull_source(pull_source const&) = delete;
    pull_source& operator=(pull_source const&) = delete;

    /// Takes the next value if there is one now. What is `exhausted` may be gone.
    detail::readiness look(std::optional<T>& into)
    {
        if (!returned_)
            return fetch(into);
        into = std::exchange(returned_, std::nullopt);
        return detail::readiness::ready;
    }

    /// Nothing will come any more.
    virtual bool is_spent() const noexcept = 0;

protected:
    ~pull_source() { end_waits(); }

    /// The next value if there is one now. It may destroy this object: then it says `exhausted`.
    virtual detail::readiness fetch(std::optional<T>& into) = 0;

    /// Whether what has been fetched last waits here to be received.
    bool has_returned() const noexcept { return returned_.has_value(); }

    /// There may be values now, or none ever again: tells those who wait.
    void notify()
    {
        while (!waiters_.is_empty()) {
            if (!returned_ && fetch(returned_) != detail::readiness::ready)
                break;
            if (detail::wait_node* const claimed = waiters_.claim_front()) {
                static_cast<detail::pull_node<T>*>(claimed)->value = std::exchange(returned_, std::nullopt);
                claimed->owner->wake();
            }
        }
        if (is_spent())
            end_waits();
    }

    /// Tells all who wait that nothing will come.
    void end_waits()
    {
        while (detail::wait_node* const each = waiters_.pop_front())
            each->owner->lose_source();
    }

private:
    friend class detail::pull_case<T>;

    detail::wait_list waiters_;
    std::optional<T> returned_; // fetched for a wait that another source had won
};

} // namespace tidings::internal

namespace tidings::detail {

/// Waits for a value of a `pull_source`.
template <typename T>
class pull_case
{
public:
    static constexpr bool meets = false;
    using item = T;

    explicit pull_case(internal::pull_source<T>* source) noexcept : source_(source) {}

    void const* key() const noexcept { return source_; }

    readiness poll(internal::loop&)
    {
        readiness const found = source_->look(node_.value);
        is_exhausted_ = found == readiness::exhausted;
        return found;
    }

    bool link(operation& owner, int index)
    {
        if (!is_exhausted_ && !source_->is_spent())
            source_->waiters_.enter(node_, owner, index);
        return true;
    }

    void unlink(operation&) { wait_list::leave(node_); }

    T take() noexcept { return std::move(*node_.value); }

private:
    internal::pull_source<T>* source_; // not looked at any more once it is exhausted
    bool is_exhausted_ = false;
    pull_node<T> node_;
};

} // namespace tidings::detail

namespace tidings::internal {

/// Waits for the next value of `source`; empty when it is spent, or the context ended.
template <typename T>
[[nodiscard]] auto receive_from(context const& ctx, pull_source<T>& source)
{
    return detail::wait_operation<detail::value_shape<detail::pull_case<T>>, detail::pull_case<T>>(
        internal::access::state(ctx), &source);
}

/// How a select sees a `pull_source`, which a class derives from to be a source itself.
template <typename T>
using pull_wait_case = detail::pull_case<T>;

} // namespace tidings::internal
