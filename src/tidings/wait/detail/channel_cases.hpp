// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/channel_state.hpp>

#include <utility>

namespace tidings::detail {

/// What both sides of a channel have in common as cases of a wait: a place among those who wait there.
template <typename T, typename Node, wait_list channel_state<T>::* waiters>
class channel_case
{
public:
    static constexpr bool meets = true;

    internal::spinlock& lock() const noexcept { return source_->lock; }
    void const* key() const noexcept { return source_; }

    bool link(operation& owner, int index)
    {
        if (!source_->closed)
            (source_->*waiters).enter(node_, owner, index);
        return true;
    }

    void unlink(operation&)
    {
        if (node_.owner) // otherwise nothing has kept the source alive
            source_->leave(node_);
    }

protected:
    explicit channel_case(channel_state<T>* source) noexcept : source_(source) {}

    readiness when(bool is_done) const noexcept
    {
        if (is_done)
            return readiness::ready;
        return source_->closed ? readiness::exhausted : readiness::pending;
    }

    channel_state<T>* source_;
    Node node_;
};

/// Waits for a value of a channel.
template <typename T>
class receive_case : public channel_case<T, receive_node<T>, &channel_state<T>::receivers>
{
    using base = channel_case<T, receive_node<T>, &channel_state<T>::receivers>;
    using base::node_;
    using base::source_;

public:
    using item = T;

    explicit receive_case(channel_state<T>* source) noexcept : base(source) {}
    readiness poll(internal::loop&) { return base::when(source_->take(node_.value)); }
    T take() noexcept { return std::move(*node_.value); }
};

/// Offers a value to a channel.
template <typename T>
class send_case : public channel_case<T, send_node<T>, &channel_state<T>::senders>
{
    using base = channel_case<T, send_node<T>, &channel_state<T>::senders>;
    using base::node_;
    using base::source_;

public:
    struct item // its own type, so that a select tells a send from a receive on one channel
    {};
    struct offer
    {
        channel_state<T>* source;
        T* value;
    };

    explicit send_case(offer what) noexcept : base(what.source) { node_.value = what.value; }
    readiness poll(internal::loop&) { return base::when(source_->put(*node_.value)); }
    item take() noexcept { return {}; }
};

template <typename T>
struct owned_send
{
    channel_state<T>* source;
    T value;
};

/// A send that holds its value itself: `channel::send`.
template <typename T>
class owned_send_case : owned_send<T>, public send_case<T>
{
public:
    explicit owned_send_case(owned_send<T>&& what) noexcept
        : owned_send<T>(std::move(what)), send_case<T>({this->source, &this->value})
    {}
    owned_send_case(owned_send_case const&) = delete;
    owned_send_case& operator=(owned_send_case const&) = delete;
};

} // namespace tidings::detail
