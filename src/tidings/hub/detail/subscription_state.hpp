// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/reading.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/pull_source.hpp>

#include <list>
#include <optional>
#include <string>

namespace tidings::detail {

/// Reads topics event by event, as they are asked for. Kept alive by its subscription, and for a turn more by
/// the topics' groups.
class subscription_state final : public reader, public pull_source<event_text>
{
public:
    subscription_state(context const& ctx, topic_list const& topics,
                       std::optional<std::string> const& last_event_id);

    void join(std::shared_ptr<subscription_state> const& self) { topics_.join(self); }
    void leave();

    void take(cursor& at, batch const& live) override;

    bool is_spent() const noexcept override { return is_over_; }
    bool was_cut() const noexcept { return was_cut_; }
    std::string position() const { return topics_.position(); }

private:
    std::optional<event_text> fetch() override;
    std::optional<event_text> next_of(cursor& at);
    event_text reset_event(cursor const& at, reset const& told) const;

    reading topics_;
    std::list<event_text> told_;       // gaps at the start
    std::list<cursor>::iterator turn_; // whose event comes next, so that none starves
    bool is_over_ = false;
    bool was_cut_ = false;
};

} // namespace tidings::detail
