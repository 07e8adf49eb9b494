// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topics.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tidings::detail {

/// What the handles of a registry share. Safe from any thread.
class topics_state
{
public:
    explicit topics_state(topics_options options) : options_(std::move(options)) {}

    void add(std::string pattern, topic_options options);
    std::optional<topic> get(std::string_view name);
    /// `get` for one that is in memory; never waits for a log.
    std::optional<topic> get_known(std::string_view name);
    std::optional<topic> find(std::string_view name) const;
    std::vector<topic> all() const;
    std::size_t size() const;
    std::size_t expire(std::size_t most);

private:
    /// A topic's place, which is there before the topic is: reading a log takes time, and holds up only those
    /// who want the same topic.
    struct slot
    {
        std::string name;
        topic_options options;
        time_point last_used;
        bool was_in_use = true; // when it was last looked at
        std::mutex making;      // held while the topic is made
        std::mutex lock;        // guards the pointer, for a moment
        std::shared_ptr<topic_state> topic;
    };
    using slots = std::list<std::shared_ptr<slot>>; // longest unused first

    std::shared_ptr<slot> find_or_add(std::string_view name);
    std::shared_ptr<slot> find_used(std::string_view name);
    static std::optional<topic> topic_in(slot& place);
    static bool is_in_use(std::shared_ptr<slot> const& which);

    topics_options const options_;
    mutable std::mutex lock_;
    std::vector<std::pair<std::string, topic_options>> patterns_;
    slots slots_;
    std::unordered_map<std::string_view, slots::iterator> by_name_; // views of the slots' names
};

} // namespace tidings::detail
