// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/stream/internal/content_coding.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace tidings::detail {

/// An event of a topic as its history holds it, or a comment among the events.
struct kept_event
{
    std::uint64_t number = 0; ///< in the order; of a comment that of the newest event when it came
    internal::shared_frame frame{};
    time_point added{};
    std::string own_id{};
    std::shared_ptr<std::string const> key{}; ///< null when it has none
    bool is_comment = false;                  ///< text that clients dispatch nothing for

    // The ring's.
    std::uint64_t place = 0;  ///< in the topic, dense
    std::uint64_t offset = 0; ///< bytes of everything before it
    bool is_dead = false;     ///< it has no text any more
};

/// The events of a topic that are kept, in order, each at its place. One in the middle can be emptied: it
/// stays until it is swept. Knows no bounds. Not thread-safe.
class event_ring
{
public:
    using iterator = std::deque<kept_event>::const_iterator;

    /// `is_compressed`: what its events are in content codings is shared by all who get them.
    explicit event_ring(bool is_compressed)
        : coded_bytes_(is_compressed ? std::make_shared<internal::coded_forms::byte_count>(0) : nullptr)
    {}

    /// The place behind the newest.
    std::uint64_t end_place() const noexcept { return end_place_; }

    void push(kept_event added);
    /// Takes the text from the one at that place, and gives what is left of it.
    kept_event empty(std::uint64_t place);
    kept_event pop_front();
    /// Lets the emptied ones go when they are more than the others.
    void sweep();

    iterator begin() const noexcept { return all_.begin(); }
    iterator end() const noexcept { return all_.end(); }
    kept_event const& front() const noexcept { return all_.front(); }
    bool is_empty() const noexcept { return all_.empty(); }

    /// The first from that place on.
    iterator find(std::uint64_t place) const;
    /// The first behind that number.
    iterator find_behind(std::uint64_t number) const;

    std::size_t size() const noexcept { return all_.size(); }
    std::size_t events() const noexcept { return events_; }
    std::size_t event_bytes() const noexcept { return event_bytes_; }
    std::size_t comments() const noexcept { return comments_.size(); }
    std::size_t comment_bytes() const noexcept { return comment_bytes_; }
    std::uint64_t oldest_comment() const noexcept { return comments_.front(); }
    /// What the events and comments take in content codings, so far.
    std::size_t coded_bytes() const noexcept { return coded_bytes_ ? coded_bytes_->load() : 0; }
    /// About what all of it takes of the memory.
    std::size_t memory() const noexcept { return memory_ + coded_bytes(); }
    /// Of the text from that place on.
    std::uint64_t bytes_from(std::uint64_t place) const;

private:
    static std::size_t memory_of(kept_event const& of) noexcept;
    void count_out(kept_event const& gone);

    std::shared_ptr<internal::coded_forms::byte_count> coded_bytes_; // null if they are not compressed
    std::deque<kept_event> all_;
    std::deque<std::uint64_t> comments_; // places
    std::uint64_t end_place_ = 1;
    std::uint64_t all_bytes_ = 0; // of everything so far
    std::size_t events_ = 0;
    std::size_t event_bytes_ = 0;
    std::size_t comment_bytes_ = 0;
    std::size_t dead_ = 0;
    std::size_t memory_ = 0;
};

} // namespace tidings::detail
