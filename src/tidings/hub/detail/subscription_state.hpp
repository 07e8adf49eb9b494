// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/reading.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/wait/pull_source.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <list>
#include <optional>
#include <string>

namespace tidings::detail {

/// Reads topics event by event, as they are asked for.
class subscription_state final : public reader, public pull_source<event_text>
{
public:
    /// `last_event_id` wins over where the list starts.
    void enter(topic_list const& topics, boost::asio::any_io_executor const& executor,
               std::optional<std::string> const& last_event_id);
    void leave();

    void take(cursor& at, batch const& live) override;

    bool is_spent() const noexcept override { return is_over_; }
    bool was_cut() const noexcept { return was_cut_; }
    std::string position() const { return topics_.position(); }

private:
    std::optional<event_text> fetch() override;
    std::optional<event_text> next_of(cursor& at);

    reading topics_;
    std::list<event_text> told_;      // gaps at the start
    cursor* turn_ = &topics_.first(); // whose event comes next, so that none starves
    bool is_over_ = false;
    bool was_cut_ = false;
};

} // namespace tidings::detail
