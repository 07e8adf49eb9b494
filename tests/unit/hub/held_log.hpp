// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_log.hpp>
#include <tidings/testing/virtual_time.hpp>
#include <tidings/wait/context.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tidings::test {

/// Keeps events when the test says so, on its thread.
class held_log final : public topic_log
{
public:
    log_tail open(std::string_view topic) override
    {
        kept_topic& of = topics_[std::string(topic)];
        log_tail tail{.epoch = "000000000000", .next_number = of.next, .events = {}};
        for (auto const& [number, event] : of.events)
            tail.events.push_back(event);
        return tail;
    }

    bool append(std::string_view topic, logged_event value, kept when_kept) override
    {
        if (throws)
            throw std::runtime_error("no memory for the queue");
        if (waiting_.size() >= limit)
            return false;
        waiting_.push_back({std::string(topic), std::move(value), std::move(when_kept)});
        return true;
    }

    void forget_before(std::string_view topic, std::uint64_t number) override
    {
        if (!deletes)
            return;
        auto& events = topics_[std::string(topic)].events;
        events.erase(events.begin(), events.lower_bound(number));
    }

    void forget(std::string_view topic, std::uint64_t number) override
    {
        if (deletes)
            topics_[std::string(topic)].events.erase(number);
    }

    void keep_next()
    {
        waiting next = std::move(waiting_.front());
        waiting_.pop_front();
        kept_topic& of = topics_[next.topic];
        of.next = next.value.number + 1;
        of.events.emplace(next.value.number, std::move(next.value));
        next.when_kept(nullptr);
    }

    void fail_next()
    {
        waiting next = std::move(waiting_.front());
        waiting_.pop_front();
        next.when_kept(std::make_exception_ptr(std::runtime_error("the disk is full")));
    }

    std::size_t events_of(std::string const& topic) { return topics_[topic].events.size(); }

    bool knows(std::string const& topic) const { return topics_.contains(topic); }

    std::size_t limit = 10;
    bool throws = false;
    bool deletes = true; ///< else what it is told to forget is still there after a restart

private:
    struct kept_topic
    {
        std::uint64_t next = 1;
        std::map<std::uint64_t, logged_event> events;
    };
    struct waiting
    {
        std::string topic;
        logged_event value;
        kept when_kept;
    };
    std::map<std::string, kept_topic> topics_;
    std::deque<waiting> waiting_;
};

class log_fixture
{
public:
    testing::virtual_time time;
    held_log log;
    context_scope ctx = context::root(time.loop().get_executor());

    topic open(std::size_t max_events = 3, overflow policy = overflow::cut)
    {
        return topic({.name = "orders", .max_events = max_events, .overflow = policy, .log = &log});
    }
};

} // namespace tidings::test
