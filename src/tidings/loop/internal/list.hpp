// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <utility>

namespace tidings::internal {

/// A place in a circular list. Owned by whoever stands in the list; it must leave before it is destroyed.
struct list_link
{
    list_link() = default;
    list_link(list_link const&) = delete;
    list_link& operator=(list_link const&) = delete;

    bool is_linked() const noexcept { return next != nullptr; }

    void unlink() noexcept
    {
        prev->next = next;
        next->prev = prev;
        prev = next = nullptr;
    }

    list_link* prev = nullptr;
    list_link* next = nullptr;
};

/// The list: the place before its first member and behind its last. Not thread-safe.
class link_list
{
public:
    link_list() noexcept { head_.prev = head_.next = &head_; }

    bool is_empty() const noexcept { return head_.next == &head_; }
    list_link& front() noexcept { return *head_.next; }
    /// Null when there is none.
    list_link* first() noexcept { return is_empty() ? nullptr : head_.next; }
    /// Behind `member`; null at the end.
    list_link* after(list_link& member) noexcept { return member.next == &head_ ? nullptr : member.next; }

    void push_back(list_link& member) noexcept
    {
        member.prev = head_.prev;
        member.next = &head_;
        head_.prev->next = &member;
        head_.prev = &member;
    }

private:
    list_link head_;
};

/// Something that a loop runs in its next turn. Owned by whoever is waiting for it.
class run_node
{
public:
    virtual void run() = 0;

    /// Called instead when the loop has shut down.
    virtual void drop() noexcept {}

protected:
    ~run_node() = default;

private:
    friend class run_queue;
    run_node* next_ = nullptr;
};

/// An intrusive first-in-first-out queue. Not thread-safe.
class run_queue
{
public:
    bool is_empty() const noexcept { return first_ == nullptr; }
    std::size_t size() const noexcept { return size_; }

    void push(run_node& node) noexcept
    {
        node.next_ = nullptr;
        *(first_ ? &last_->next_ : &first_) = &node;
        last_ = &node;
        ++size_;
    }

    run_node* pop() noexcept
    {
        run_node* const node = first_;
        if (node) {
            first_ = node->next_;
            --size_;
        }
        return node;
    }

    /// Moves all of `other` behind what is here.
    void append(run_queue& other) noexcept
    {
        if (other.is_empty())
            return;
        *(first_ ? &last_->next_ : &first_) = other.first_;
        last_ = other.last_;
        size_ += std::exchange(other.size_, 0);
        other.first_ = nullptr;
    }

private:
    run_node* first_ = nullptr;
    run_node* last_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace tidings::internal
