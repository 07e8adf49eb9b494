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

/// Carries values between coroutines, each value to exactly one receiver, in the order of sending.
///
/// A handle: copies share one channel. All members are safe from any thread, for any number of senders and
/// receivers on any executors; plain threads may call what does not wait. With capacity 0 (the default) a
/// send completes when a receiver takes the value; otherwise when the value is in the buffer, which never
/// grows. Destroying the last handle, even during a wait, closes the channel.
///
/// `T` must be nothrow-movable: a hand-over cannot be undone. Views are rejected, since they would dangle. A
/// `channel<void>` carries signals: `send(ctx)` and `try_send()`; what is received says only that there was
/// one.
template <typename T>
class channel
{
public:
    using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

    explicit channel(std::size_t capacity = 0) : state_(new state(capacity)) {}

    /// Waits for a value: `while (auto value = co_await channel.receive(ctx))`. Empty if the channel is
    /// closed and drained, or the context has ended; no value has been taken then.
    [[nodiscard]] auto receive(context const& ctx)
    {
        return detail::wait_operation<detail::value_shape<wait_case>, wait_case>(internal::access::state(ctx),
                                                                                 state_.get());
    }

    /// Waits until the value, built from `arguments` before the call returns, is taken or buffered. False if
    /// the channel is closed or the context has ended; no receiver has got the value then.
    template <typename... Arguments>
    [[nodiscard]] auto send(context const& ctx, Arguments&&... arguments)
    {
        return detail::wait_operation<detail::won_shape, detail::owned_send_case<value_type>>(
            internal::access::state(ctx),
            detail::owned_send<value_type>{state_.get(), value_type(std::forward<Arguments>(arguments)...)});
    }

    /// Takes a value if there is one. Never waits.
    [[nodiscard]] std::optional<value_type> try_receive()
    {
        std::optional<value_type> value;
        std::lock_guard const guard(state_->lock);
        state_->take(value);
        return value;
    }

    /// Hands a value over if a receiver waits or the buffer has room. Otherwise, and if the channel is
    /// closed, returns false and destroys the value. Never waits.
    template <typename... Arguments>
    [[nodiscard]] bool try_send(Arguments&&... arguments)
    {
        value_type value(std::forward<Arguments>(arguments)...);
        std::lock_guard const guard(state_->lock);
        return state_->put(value);
    }

    /// Closes the channel: waiting and later sends return false; receives continue until the buffer is
    /// empty. May be called again.
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

    /// The number of values in the buffer now.
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
