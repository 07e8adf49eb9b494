// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/cursor_set.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/wait/internal/pull_source.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <exception>
#include <list>
#include <optional>
#include <string>

namespace tidings::detail {

/// Reads topics event by event, as they are asked for.
class subscription_state final : public reader, public internal::pull_source<event_text>
{
public:
    /// `last_event_id` wins over where the list starts.
    void enter(topic_list const& topics, boost::asio::any_io_executor const& executor,
               std::optional<std::string> const& last_event_id);
    void leave();

    void take(cursor& at, batch const& live) override;

    bool is_spent() const noexcept override { return is_over_; }
    bool was_cut() const noexcept { return was_cut_; }
    bool is_read_to_end() const noexcept { return topics_.is_over(); }
    /// Throws, once, what a filter has thrown.
    void rethrow_failure();
    std::string position() const;

private:
    std::optional<event_text> fetch() override;
    std::optional<event_text> next_of_all();
    std::optional<event_text> first_wanted(merged& events);

    cursor_set topics_;
    std::string came_with_;      // where the client left off
    std::list<event_text> told_; // gaps at the start
    // Where the last fetch began: what it has found may not be received, and then comes again from there.
    // Empty: it has found a gap at the start.
    std::optional<cursor_set::mark> fetched_from_;
    std::exception_ptr failure_; // of a filter
    bool is_over_ = false;
    bool was_cut_ = false;
};

} // namespace tidings::detail
