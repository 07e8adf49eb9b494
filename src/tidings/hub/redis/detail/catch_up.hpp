// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_store.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::detail {

/// Brings what topics have missed, from what the engine keeps: page by page, and over all of them by number.
/// Pure.
class catch_up
{
public:
    /// What is missed of a topic: everything behind `after`, up to and with `through`. Not while there is a
    /// part of that topic already.
    void add(std::string_view topic, std::uint64_t after, std::uint64_t through);
    bool is_active() const noexcept { return !parts_.empty(); }

    struct wanted
    {
        std::string topic;
        std::uint64_t after;
        std::uint64_t through;
        std::size_t max_events = 256; ///< of the page
        std::size_t max_bytes = 1024 * 1024;
    };
    /// A page that is to be read now; asked for once.
    std::optional<wanted> next_read();
    /// The answer. An error counts as an empty page: the hub sees that something is missing.
    void take(std::string_view topic, topic_store::page page);

    struct missed
    {
        std::string topic;
        std::uint64_t through = 0;           ///< of a part that is over
        std::optional<stored_event> value{}; ///< empty: everything of this topic was told
    };
    /// What comes next. Empty where a page has to come first, and when all is over.
    std::optional<missed> next();

private:
    struct part
    {
        std::uint64_t told; // the newest that was in a page
        std::uint64_t through;
        std::deque<stored_event> page{};
        bool is_last = false;
    };
    using parts = std::map<std::string, part, std::less<>>;

    parts parts_;
    std::deque<parts::iterator> unread_;              // a page is to be asked for
    std::size_t waiting_ = 0;                         // parts whose next event is not known
    std::map<std::uint64_t, parts::iterator> fronts_; // by the number of the next event
    std::deque<parts::iterator> over_;
};

} // namespace tidings::detail
