// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/operation.hpp>
#include <tidings/wait/detail/small_lock.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace tidings::detail {

/// A receiver that waits, with the place where its value goes.
template <typename T>
struct receive_node : wait_node
{
    std::optional<T> value;
};

/// A sender that waits, with the value that it offers. The value is moved from only if this sender wins.
template <typename T>
struct send_node : wait_node
{
    T* value = nullptr;
};

/// What the handles of one channel share. `take`, `put` and the lists are guarded by `lock`.
template <typename T>
class channel_state
{
    static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_destructible_v<T>,
                  "a channel's values must be nothrow-movable: a hand-over cannot be undone");

public:
    explicit channel_state(std::size_t capacity)
        : buffer_(capacity ? new slot[capacity] : nullptr), capacity_(capacity)
    {}
    ~channel_state()
    {
        while (size_ != 0)
            pop();
    }

    /// Takes the oldest value into `into`. A sender that waits moves up into the buffer, or hands over
    /// directly.
    bool take(std::optional<T>& into)
    {
        if (size_ != 0) {
            into.emplace(pop());
            if (auto* const sender = claim(senders)) {
                push(std::move(*sender->value));
                sender->owner->wake();
            }
            return true;
        }
        if (auto* const sender = claim(senders)) {
            into.emplace(std::move(*sender->value));
            sender->owner->wake();
            return true;
        }
        return false;
    }

    /// Gives the value to a receiver that waits, or to the buffer. False, and the value untouched, when
    /// neither has room, or the channel is closed.
    bool put(T& value)
    {
        if (closed)
            return false;
        if (wait_node* const node = receivers.claim_front()) {
            static_cast<receive_node<T>*>(node)->value.emplace(std::move(value));
            node->owner->wake();
            return true;
        }
        if (size_ == capacity_)
            return false;
        push(std::move(value));
        return true;
    }

    std::optional<T> try_receive()
    {
        std::optional<T> value;
        std::lock_guard const guard(lock);
        take(value);
        return value;
    }

    bool try_send(T& value)
    {
        std::lock_guard const guard(lock);
        return put(value);
    }

    void close()
    {
        std::lock_guard const guard(lock);
        if (std::exchange(closed, true))
            return;
        // A receiver that waits has seen an empty buffer: for both sides this source is spent.
        while (wait_node* const node = receivers.pop_front())
            node->owner->lose_source();
        while (wait_node* const node = senders.pop_front())
            node->owner->lose_source();
    }

    bool is_closed()
    {
        std::lock_guard const guard(lock);
        return closed;
    }

    std::size_t size()
    {
        std::lock_guard const guard(lock);
        return size_;
    }

    std::size_t capacity() const noexcept { return capacity_; }

    small_lock lock;
    bool closed = false;
    wait_list receivers;
    wait_list senders;

private:
    union slot
    {
        slot() {}
        ~slot() {}
        T value;
    };

    static send_node<T>* claim(wait_list& list) { return static_cast<send_node<T>*>(list.claim_front()); }

    void push(T&& value) noexcept
    {
        std::construct_at(&buffer_[(first_ + size_) % capacity_].value, std::move(value));
        ++size_;
    }

    T pop() noexcept
    {
        T& oldest = buffer_[first_].value;
        T value(std::move(oldest));
        std::destroy_at(&oldest);
        first_ = (first_ + 1) % capacity_;
        --size_;
        return value;
    }

    std::unique_ptr<slot[]> buffer_;
    std::size_t capacity_;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

} // namespace tidings::detail
