// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/channel_state.hpp>
#include <tidings/wait/detail/wait_context.hpp>

#include <mutex>
#include <optional>
#include <tuple>
#include <utility>

namespace tidings::detail {

/// Marks a case that comes back with nothing but its having won.
struct happened
{};

/// Waits for a value of a channel.
template <typename T>
class receive_case
{
public:
    static constexpr bool meets = true;
    using item = T;

    explicit receive_case(channel_state<T>* source) noexcept : source_(source) {}

    small_lock& lock() const noexcept { return source_->lock; }
    void const* key() const noexcept { return source_; }

    readiness poll(loop&)
    {
        if (source_->take(node_.value))
            return readiness::ready;
        return source_->closed ? readiness::exhausted : readiness::pending;
    }

    bool link(operation& owner, int index)
    {
        if (!source_->closed) {
            node_.owner = &owner;
            node_.index = index;
            source_->receivers.push_back(node_);
        }
        return true;
    }

    void unlink(operation&)
    {
        std::lock_guard const guard(source_->lock);
        if (node_.is_linked())
            wait_list::remove(node_);
    }

    T take() noexcept { return std::move(*node_.value); }

private:
    channel_state<T>* source_;
    receive_node<T> node_;
};

/// Offers a value to a channel.
template <typename T>
class send_case
{
public:
    static constexpr bool meets = true;
    struct item // its own type, so that a select tells a send from a receive on one channel
    {};
    struct offer
    {
        channel_state<T>* source;
        T* value;
    };

    explicit send_case(offer what) noexcept : source_(what.source) { node_.value = what.value; }

    small_lock& lock() const noexcept { return source_->lock; }
    void const* key() const noexcept { return source_; }

    readiness poll(loop&)
    {
        if (source_->put(*node_.value))
            return readiness::ready;
        return source_->closed ? readiness::exhausted : readiness::pending;
    }

    bool link(operation& owner, int index)
    {
        if (!source_->closed) {
            node_.owner = &owner;
            node_.index = index;
            source_->senders.push_back(node_);
        }
        return true;
    }

    void unlink(operation&)
    {
        std::lock_guard const guard(source_->lock);
        if (node_.is_linked())
            wait_list::remove(node_);
    }

    item take() noexcept { return {}; }

private:
    channel_state<T>* source_;
    send_node<T> node_;
};

template <typename T>
struct owned_send
{
    channel_state<T>* source;
    T value;
};

/// A send that holds its value itself: `channel::send`.
template <typename T>
class owned_send_case
{
    T value_;

public:
    static constexpr bool meets = true;

    explicit owned_send_case(owned_send<T>&& what) noexcept
        : value_(std::move(what.value)), sending_(typename send_case<T>::offer{what.source, &value_})
    {}
    owned_send_case(owned_send_case const&) = delete;
    owned_send_case& operator=(owned_send_case const&) = delete;

    small_lock& lock() const noexcept { return sending_.lock(); }
    readiness poll(loop& home) { return sending_.poll(home); }
    bool link(operation& owner, int index) { return sending_.link(owner, index); }
    void unlink(operation& owner) { sending_.unlink(owner); }

private:
    send_case<T> sending_;
};

template <typename T>
struct receive_shape
{
    using result = std::optional<T>;
    using until = wait_context;
    static constexpr fairness order = fairness::leftmost;
    static result make(int how, std::tuple<receive_case<T>>& cases)
    {
        if (how == 0)
            return std::get<0>(cases).take();
        return std::nullopt;
    }
};

/// True when the only case won.
struct won_shape
{
    using result = bool;
    using until = wait_context;
    static constexpr fairness order = fairness::leftmost;
    template <typename Cases>
    static result make(int how, Cases&)
    {
        return how == 0;
    }
};
using send_shape = won_shape;

} // namespace tidings::detail
