// SPDX-License-Identifier: BSL-1.0
#pragma once

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

} // namespace tidings::internal
