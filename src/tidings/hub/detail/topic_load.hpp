// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/restoring.hpp>
#include <tidings/hub/detail/stored_topic.hpp>
#include <tidings/hub/topic_store.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidings::detail {

class topic_state;

/// What has become of a topic that was to be opened: where no pattern fits, nothing.
struct opening
{
    std::shared_ptr<topic_state> found;
    std::exception_ptr error;
};
/// Called at once, or on a thread of the topic's store; without a lock.
using when_opened = std::function<void(opening)>;

/// Brings one topic into memory: its store opens it and gives what it has kept, in pages; what comes
/// meanwhile is held until then. Members are guarded by the registry's lock, but for what the store's answers
/// alone use.
class topic_load : public std::enable_shared_from_this<topic_load>
{
public:
    /// `is_first`: nobody knows the topic yet.
    topic_load(std::shared_ptr<topic_state> topic, bool is_first);

    /// Asks the store. Without the lock.
    void start();

    // With the lock held

    void wait(when_opened waiter) { waiters_.push_back(std::move(waiter)); }
    void hold(told_event event) { held_.push_back(std::move(event)); }
    /// From then on the store tells of the topic.
    bool has_opened() const noexcept { return has_opened_; }
    /// The same from the beginning, for another life of the store; this one is void.
    std::shared_ptr<topic_load> again();
    /// Nobody will have the topic any more.
    bool is_unused() const noexcept { return topic_.use_count() == 1; }

private:
    void on_opened(topic_store::opened const& got);
    void read_on();
    void on_page(topic_store::page const& got);
    void finish(std::exception_ptr error);
    std::string news_of(bool has_failed) const;

    std::shared_ptr<topic_state> const topic_;
    bool const is_first_;
    bool has_opened_ = false;
    std::vector<told_event> held_;
    std::vector<when_opened> waiters_;
    std::optional<restoring> restoring_; // used by the answers of the store, one at a time
};

} // namespace tidings::detail
