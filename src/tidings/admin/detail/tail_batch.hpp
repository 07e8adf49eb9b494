// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event_text.hpp>

#include <cstdint>
#include <deque>
#include <string>

namespace tidings::detail {

/// The events of a topic for the console, in one message: of many only the newest, and of long ones the
/// beginning. A busy topic must not cost more than a page can show.
class tail_batch
{
public:
    static constexpr std::size_t most_events = 20;
    static constexpr std::size_t most_bytes = 2'000; ///< of one event's data

    void add(event_text const& event);

    /// There are no more events to come.
    void end() noexcept { has_ended_ = true; }

    bool is_empty() const noexcept { return events_.empty(); }
    /// Whether everything was taken, and no more comes.
    bool is_over() const noexcept { return has_ended_ && is_empty(); }

    /// All of it as JSON, with the number of events that were left out; then it is empty.
    std::string take();

private:
    std::deque<std::string> events_;
    std::uint64_t skipped_ = 0;
    bool has_ended_ = false;
};

} // namespace tidings::detail
