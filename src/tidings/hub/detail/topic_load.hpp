// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/restoring.hpp>
#include <tidings/hub/topic_store.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidings::detail {

class store_link;
class topic_state;

/// Brings one topic into memory: its store opens it and gives what it has kept, in pages; what comes
/// meanwhile is held until then. Members are guarded by the registry's lock, but for what the store's answers
/// alone use.
class topic_load : public std::enable_shared_from_this<topic_load>
{
public:
    /// The topic, or why it could not be opened. Called on a thread of the store, without a lock.
    using when_loaded = std::function<void(std::shared_ptr<topic_state>, std::exception_ptr)>;

    /// `is_first`: nobody knows the topic yet.
    topic_load(std::shared_ptr<topic_state> topic, bool is_first);

    /// Asks the store. Without the lock.
    void start();

    // With the lock held

    void wait(when_loaded waiter) { waiters_.push_back(std::move(waiter)); }
    /// The store has told of an event, or of one that was left out.
    void hold(std::uint64_t number, std::uint64_t previous, std::optional<kept_event> value);
    bool is_of(store_link const& store) const noexcept;
    /// From then on the store tells of the topic.
    bool has_opened() const noexcept { return has_opened_; }
    /// The same from the beginning, for another life of the store; this one is void.
    std::shared_ptr<topic_load> again();
    /// Nobody will have the topic any more.
    bool is_unused() const noexcept { return topic_.use_count() == 1; }

private:
    struct held
    {
        std::uint64_t number;
        std::uint64_t previous;
        std::optional<kept_event> value;
    };

    void on_opened(topic_store::opened const& got);
    void read_on();
    void on_page(topic_store::page const& got);
    void finish(std::exception_ptr error);
    std::string news_of(bool has_failed) const;

    std::shared_ptr<topic_state> const topic_;
    bool const is_first_;
    bool has_opened_ = false;
    std::vector<held> held_;
    std::vector<when_loaded> waiters_;
    std::optional<restoring> restoring_; // used by the answers of the store, one at a time
    std::uint64_t newest_ = 0;
};

} // namespace tidings::detail
