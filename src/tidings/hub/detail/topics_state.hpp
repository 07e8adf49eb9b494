// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/route_pattern.hpp>
#include <tidings/hub/detail/registry_sums.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/hub/topics.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tidings::detail {

/// What the handles of a registry share. Safe from any thread. Topics call it with their lock held, so while
/// it holds its own it locks no topic, destroys none, and calls nothing of a user's but the clock.
class topics_state : public std::enable_shared_from_this<topics_state>
{
public:
    explicit topics_state(topics_options options);

    void add(std::string pattern, topic_options options);
    std::optional<topic> get(std::string_view name);
    /// `get` for one that is in memory, or needs no log.
    std::optional<topic> get_without_log(std::string_view name);
    /// Whether `get` may find it.
    bool allows(std::string_view name) const;
    std::optional<topic> find(std::string_view name) const;
    std::vector<topic> all() const;
    std::size_t size() const;
    topics_stats stats() const;
    std::size_t expire(std::size_t most);

    // For topics

    /// A blank one is about to get its first event: from now on it is kept. Throws `too_many_topics`.
    void keep(topic_state& which);
    /// It could give up events, and holds about so many bytes: the largest comes first. With 0 it has none.
    void place(topic_state const& which, std::size_t bytes);
    /// The place of one whose readers need all that it has: it is asked again in its turn.
    static constexpr std::size_t passed_over = 1;
    /// A blank one is being destroyed.
    void on_gone(topic_state const& which) noexcept;
    /// Brings the sum of the histories below its bound, and tells the log what was forgotten. Called without
    /// a lock.
    void settle();

    /// How many topics were looked at for what they could give up: the work at the bounds, for tests.
    std::uint64_t looks() const noexcept { return looks_; }

private:
    struct entry;
    using shared_options = std::shared_ptr<topic_options const>;
    using by_use = std::list<entry*>;                     // longest unused first
    using by_publish = std::multimap<time_point, entry*>; // as last seen: some have been published to since
    using by_bytes = std::multimap<std::size_t, entry*, std::greater<>>; // as they were placed
    struct entry
    {
        topic_state* which = nullptr;
        std::weak_ptr<topic_state> topic;
        std::shared_ptr<topic_state> kept; ///< null of a blank one
        time_point last_used{};
        bool was_in_use = true; // when it was last looked at
        by_use::iterator used;
        by_publish::iterator published;
        by_bytes::iterator placed;
    };
    using entries = std::unordered_map<std::string_view, entry>; // views of the topics' names
    using victims = std::vector<std::shared_ptr<topic_state>>;

    std::optional<topic> open_log(std::string_view name);
    topic_state::membership make_membership(std::string_view name);
    std::shared_ptr<topic_state> find_used(std::string_view name);
    shared_options find_options(std::string_view name) const;
    topic insert(std::shared_ptr<topic_state> made, victims& gone);
    void list(entry& kept);
    void make_room(bool for_publisher, victims& gone);
    bool take_one(bool has_log, std::size_t most, victims& gone);
    void take_out(entry& which, victims& gone);
    bool has_too_much() const noexcept { return sums_->bytes > options_.kept_bytes; }
    void free_bytes();
    void free_topics(bool have_log, std::size_t most);
    void shorten_largest();
    void say_what_was_forgotten();
    std::uint64_t& forgotten_at(std::string_view name) noexcept;

    topics_options const options_;
    std::shared_ptr<registry_sums> const sums_;
    std::string const epoch_family_;
    std::atomic<bool> is_freeing_ = false;

    mutable std::mutex lock_;
    std::map<internal::route_pattern, shared_options> patterns_; // the more exact ones come first
    entries entries_;
    by_use by_use_;
    std::array<by_publish, 2> by_publish_; // without a log, and with one
    by_bytes by_bytes_;
    std::map<std::string, std::shared_ptr<std::mutex>, std::less<>> opening_; // being read from a log
    std::uint64_t next_serial_ = 1;                                           // of epochs
    std::array<std::uint64_t, 1024> forgotten_at_{}; // by hash of name: the serial at which one was forgotten
    topics_stats totals_;
    topics_stats told_;
    std::atomic<std::uint64_t> looks_ = 0;
    time_point next_telling_{};
};

} // namespace tidings::detail
