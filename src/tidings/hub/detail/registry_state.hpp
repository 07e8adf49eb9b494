// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/route_pattern.hpp>
#include <tidings/hub/detail/kept_topics.hpp>
#include <tidings/hub/detail/topic_load.hpp>
#include <tidings/hub/internal/figures.hpp>
#include <tidings/loop/internal/spinlock.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
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

class store_link;
class topic_state;
struct order;
struct shard;

/// What the handles of a registry and its topics share. Safe from any thread: one lock guards it, its topics
/// and their followers' books. Under it nothing of a user's is called but a clock, no topic is destroyed, and
/// no event encoded. A topic that stands alone has a registry of its own, which keeps nothing.
class registry_state : public std::enable_shared_from_this<registry_state>
{
public:
    /// What its handles share; with the last of them it keeps no topic any more.
    static std::shared_ptr<registry_state> make(topic_registry_options options);
    /// Of a topic that stands alone.
    static std::shared_ptr<registry_state> make_for_one();
    ~registry_state();

    void add(std::string pattern, topic_options options);
    /// Null when no pattern fits. Throws `std::logic_error` for one that has to be opened.
    std::shared_ptr<topic_state> get(std::string_view name);
    /// Throws `too_many_topics` when too many are being opened.
    void open(std::string_view name, when_opened const& when_open);
    std::shared_ptr<topic_state> find_by_event(std::string_view id) const;
    std::size_t size() const;
    bool keeps() const; ///< topics: that of one that stands alone does not
    topic_registry_stats stats() const;
    internal::hub_figures figures() const;
    /// See `internal::time_deliveries`.
    void time_deliveries() noexcept { times_deliveries_ = true; }
    bool times_deliveries() const noexcept { return times_deliveries_; }
    /// See `internal::for_each_topic`.
    void for_each(std::function<void(internal::seen_topic const&)> const& look) const;
    std::size_t expire(std::size_t most);
    std::uint64_t looks() const;

    // For topics

    internal::spinlock& lock() const noexcept { return lock_; }

    /// The lock, and what is left to do when it is open again: topics that were let go of are destroyed, and
    /// what was forgotten is said.
    class section
    {
    public:
        explicit section(registry_state& of) : of_(of), lock_(of.lock_) {}
        ~section();
        kept_topics::victims gone;
        /// Handles of topics and of what loads them, which may be the last: to be let go of without the lock.
        std::vector<std::shared_ptr<void>> held;

    private:
        registry_state& of_;
        std::unique_lock<internal::spinlock> lock_;
    };

    /// The time for ages of events and topics.
    time_point now() const { return clock_ ? clock_() : clock::now(); }
    /// Another one, of a test: before anything is published.
    void set_clock(std::function<time_point()> clock) { clock_ = std::move(clock); }

    /// The order of the topics without a store.
    order& in_memory() const noexcept { return *in_memory_; }

    void say(log_level level, std::string_view line) const noexcept;

    /// A topic is being destroyed. Takes the lock.
    void on_gone(topic_state const& which) noexcept;

    // With the lock held.

    /// A topic is about to get its first event: from now on it is kept. Throws `too_many_topics`.
    void keep(topic_state& which, section& locked);
    /// It has got events, or lost some.
    void on_change(topic_state& which, section& locked);
    /// Throws `too_many_topics` for one that was never published to.
    void on_first_follower(topic_state& which);
    void on_last_follower(topic_state const& which) noexcept;

    /// What the topics of that label have counted. Lives as long as the registry.
    internal::label_figures& counts_of(std::string const& label) { return labels_[label]; }

    // With the lock held: for handles and stores

    /// Null if it is not in memory.
    std::shared_ptr<topic_state> find(std::string_view name) const;
    std::vector<std::shared_ptr<topic_state>> all() const;
    /// A topic that was made, or loaded for the first time; the one of that name that is there. Throws
    /// `too_many_topics`.
    std::shared_ptr<topic_state> insert(std::shared_ptr<topic_state> const& made, section& locked);

private:
    /// What the topics of a pattern are.
    struct pattern_kind
    {
        std::shared_ptr<topic_options const> options;
        std::vector<std::shared_ptr<store_link>> stores;
    };
    /// What one of them is.
    struct kind
    {
        std::shared_ptr<topic_options const> options;
        std::shared_ptr<store_link> store;
    };

    explicit registry_state(topic_registry_options options, bool keeps);
    std::shared_ptr<topic_state> find_used(std::string_view name);
    kind find_kind(std::string_view name) const;
    std::vector<std::shared_ptr<store_link>> links_to(std::vector<shard> const& shards);
    std::shared_ptr<topic_state> make(std::string_view name, kind const& of);
    void forget_name(topic_state const& which) noexcept;
    void let_go();
    std::string news_of_forgotten();

    topic_registry_options const options_;
    std::function<time_point()> clock_; // empty: `clock`
    std::shared_ptr<order> const in_memory_;
    std::atomic<bool> times_deliveries_ = false;
    mutable internal::spinlock lock_;

    // Guarded by it.
    bool keeps_;
    std::map<internal::route_pattern, pattern_kind> patterns_;  // the more exact ones come first
    std::unordered_map<std::string_view, topic_state*> topics_; // by their own names
    std::map<std::uint64_t, topic_state*> by_age_;              // the same, for walks: the oldest come first
    std::uint64_t born_ = 0;                                    // topics so far
    kept_topics kept_;
    std::size_t blank_ = 0; // topics that are followed, and were never published to
    std::map<topic_store*, std::shared_ptr<store_link>> stores_;
    internal::label_map labels_; // what topics have counted, also those that are gone
    topic_registry_stats told_;
    time_point next_telling_{};
};

} // namespace tidings::detail
