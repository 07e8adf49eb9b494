// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/spinlock.hpp>
#include <tidings/wait/detail/may_dangle.hpp>
#include <tidings/wait/detail/operation.hpp>

#include <atomic>
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

/// What the handles of one channel share. All but its handles, its capacity and `leave` is guarded by `lock`,
/// which the caller holds.
///
/// It goes with the last handle, or, when somebody waits there still, with the last of those: a wait holds no
/// handle, but its place in a list is one, which costs it nothing. Without a handle nobody can send or
/// receive any more, so the channel is closed then.
template <typename T>
class channel_state
{
    static_assert(!may_dangle<T>,
                  "channel: a view, std::ref or char const* would dangle on its way to the receiver; send a "
                  "value, such as std::string");
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
            if (auto* const sender = claim_sender()) {
                push(std::move(*sender->value));
                sender->owner->wake();
            }
            if (is_at_end())
                wake_watchers();
            return true;
        }
        if (auto* const sender = claim_sender()) {
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
        if (wait_node* const node = claim(receivers)) {
            static_cast<receive_node<T>*>(node)->value.emplace(std::move(value));
            node->owner->wake();
            return true;
        }
        if (size_ == capacity_)
            return false;
        push(std::move(value));
        return true;
    }

    void close()
    {
        if (std::exchange(closed, true))
            return;
        // A receiver that waits has seen an empty buffer: for both sides this source is spent.
        for (wait_list* const list : {&receivers, &senders})
            while (wait_node* const node = list->pop_front()) {
                leaving_.push_back(*node);
                node->owner->lose_source();
            }
        if (is_at_end())
            wake_watchers();
    }

    /// It is closed and drained: nothing will ever be received here.
    bool is_at_end() const noexcept { return closed && size_ == 0; }

    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return capacity_; }

    /// Of a wait that has entered, and that nobody here has claimed. Perhaps this object goes.
    void leave(wait_node& node) noexcept
    {
        lock.lock();
        node.unlink();
        bool const is_last = !has_handles_ && !is_waited_for();
        lock.unlock();
        if (is_last)
            delete this;
    }

    friend void intrusive_ptr_add_ref(channel_state* state) noexcept
    {
        state->handles_.fetch_add(1, std::memory_order_relaxed);
    }
    friend void intrusive_ptr_release(channel_state* state) noexcept
    {
        if (state->handles_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            state->last_handle_gone();
    }

    internal::spinlock lock;
    bool closed = false;

private:
    bool has_handles_ = true; // guarded by the lock, as the lists
    std::atomic<unsigned> handles_{0};

public:
    wait_list receivers;
    wait_list senders;
    wait_list watchers; // of the end

private:
    wait_list leaving_; // those that nothing happens to here any more

    union slot
    {
        slot() {}
        ~slot() {}
        T value;
    };

    /// The first that nothing else has won.
    wait_node* claim(wait_list& list) noexcept { return list.claim_front(leaving_); }
    send_node<T>* claim_sender() noexcept { return static_cast<send_node<T>*>(claim(senders)); }

    bool is_waited_for() noexcept
    {
        return !receivers.is_empty() || !senders.is_empty() || !watchers.is_empty() || !leaving_.is_empty();
    }

    void wake_watchers()
    {
        while (wait_node* const watcher = claim(watchers))
            watcher->owner->wake();
    }

    void last_handle_gone() noexcept
    {
        {
            std::lock_guard const guard(lock);
            close();
            has_handles_ = false;
            if (is_waited_for())
                return; // the last of them deletes it
        }
        delete this;
    }

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
