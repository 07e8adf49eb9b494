// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/channel_cases.hpp>
#include <tidings/wait/detail/channel_state.hpp>
#include <tidings/wait/detail/wait_operation.hpp>
#include <tidings/wait/detail/wait_result.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace tidings {

/// Carries values from coroutine to coroutine, each value to exactly one receiver, in the order of sending.
///
/// A handle: copies share one channel. All members are safe from any thread: any number of senders and
/// receivers, on any executors, and what does not wait from plain threads too. With capacity 0 (the default)
/// a send completes when a receiver takes the value; otherwise when the value lies in the buffer, which never
/// grows. When the last handle goes, also while somebody waits there, the channel is closed.
///
/// `T` must be nothrow-movable: a hand-over cannot be undone. Views are refused: they would refer to what is
/// gone when they are received. A `channel<void>` carries signals: `send(ctx)`, `try_send()`, and what is
/// received only says that there was one.
template <typename T>
class channel
{
public:
    using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

    explicit channel(std::size_t capacity = 0) : state_(new state(capacity)) {}

    /// Waits for a value: `while (auto value = co_await channel.receive(ctx))`. Empty when the channel is
    /// closed and drained, or the context ended; then no value has been taken.
    [[nodiscard]] auto receive(context const& ctx)
    {
        return detail::wait_operation<detail::value_shape<wait_case>, wait_case>(internal::access::state(ctx),
                                                                                 state_.get());
    }

    /// Waits until the value, built from `arguments` before this returns, is taken or buffered. False when
    /// the channel is closed or the context ended; then nobody has received it.
    template <typename... Arguments>
    [[nodiscard]] auto send(context const& ctx, Arguments&&... arguments)
    {
        return detail::wait_operation<detail::won_shape, detail::owned_send_case<value_type>>(
            internal::access::state(ctx),
            detail::owned_send<value_type>{state_.get(), value_type(std::forward<Arguments>(arguments)...)});
    }

    /// Takes a value that is there. Never waits.
    [[nodiscard]] std::optional<value_type> try_receive()
    {
        std::optional<value_type> value;
        std::lock_guard const guard(state_->lock);
        state_->take(value);
        return value;
    }

    /// Hands a value over if a receiver waits or the buffer has room. False when not, or when closed: the
    /// value is destroyed. Never waits.
    template <typename... Arguments>
    [[nodiscard]] bool try_send(Arguments&&... arguments)
    {
        value_type value(std::forward<Arguments>(arguments)...);
        std::lock_guard const guard(state_->lock);
        return state_->put(value);
    }

    /// Ends the channel: waiting and later sends come back false; receives go on until the buffer is empty.
    /// May be called again.
    void close()
    {
        std::lock_guard const guard(state_->lock);
        state_->close();
    }

    bool is_closed() const
    {
        std::lock_guard const guard(state_->lock);
        return state_->closed;
    }

    /// Values in the buffer now.
    std::size_t size() const
    {
        std::lock_guard const guard(state_->lock);
        return state_->size();
    }

    std::size_t capacity() const noexcept { return state_->capacity(); }

private:
    friend internal::access;
    using wait_case = detail::receive_case<value_type>;
    using state = detail::channel_state<value_type>;

    state* wait_source() const noexcept { return state_.get(); }

    boost::intrusive_ptr<state> state_;
};

} // namespace tidings
