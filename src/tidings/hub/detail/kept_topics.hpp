// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_registry.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace tidings::detail {

class topic_state;

/// What a registry notes of a topic.
struct kept_entry
{
    using queue = std::list<topic_state*>;
    using by_bytes = std::multimap<std::size_t, topic_state*, std::greater<>>; // as they were placed

    std::uint64_t born = 0; ///< which of its topics it is

    std::shared_ptr<topic_state> kept; ///< null of a blank one, which has none of what follows
    std::size_t bytes = 0;             ///< of its share in the sum
    time_point last_used{};
    bool was_in_use = true; ///< when it was last looked at
    queue::iterator used{};
    queue::iterator published{};
    by_bytes::iterator placed{};
};

/// The topics that a registry keeps, and which of them, and of their events, go when there are too many.
/// Guarded by the registry's lock; it destroys no topic, and calls nothing of a user's.
class kept_topics
{
public:
    /// Those that were taken out, to be destroyed without the lock.
    using victims = std::vector<std::shared_ptr<topic_state>>;

    /// The options outlive it.
    explicit kept_topics(topic_registry_options const& options) : options_(options) {}

    /// Makes room for one more. Throws `too_many_topics`.
    void make_room(bool for_publisher, victims& gone);
    void add(topic_state& which, time_point now);

    /// It was asked for.
    void use(topic_state& which, time_point now);
    /// It has got an event, or lost all: brings the sum of all below its bound.
    void on_change(topic_state& which, victims& gone);
    /// Takes out, of so many that are unused for longest, those that are so for long enough.
    void expire(std::size_t most, time_point now, victims& gone);
    /// Takes out all.
    void clear(victims& gone);

    std::size_t count() const noexcept { return by_use_.size(); }
    /// What it has forgotten, and what there is.
    topic_registry_stats const& totals() const noexcept { return totals_; }

    /// Numbers up to this one of a topic of that name may be lost with one that was forgotten.
    std::uint64_t lost_up_to(std::string_view name) const noexcept;

    /// How many topics were looked at for what they could give up: the work at the bounds, for tests.
    std::uint64_t looks() const noexcept { return looks_; }

private:
    bool take_one(kept_entry::queue& from, std::size_t most, victims& gone);
    void take_out(topic_state& which, victims& gone);
    bool has_too_much() const noexcept { return totals_.bytes > options_.kept_bytes; }
    void free_bytes(victims& gone);
    void shorten_largest();
    void shorten(topic_state& largest);
    void count_bytes(topic_state& which);
    void place(topic_state& which, std::size_t bytes);
    kept_entry::queue& beside(topic_state const& which) noexcept;

    topic_registry_options const& options_;
    kept_entry::queue by_use_;             // the longest unused comes first
    kept_entry::queue in_memory_;          // those without a store: the longest unpublished comes first
    kept_entry::queue with_store_;         // the others, likewise
    kept_entry::by_bytes by_bytes_;        // with 0 bytes: it has nothing to give up
    std::size_t too_much_ = 0;             // more than the bound when nothing could be given up
    std::vector<std::uint64_t> forgotten_; // by hash of name, see `lost_up_to`
    topic_registry_stats totals_;
    std::uint64_t looks_ = 0;
};

} // namespace tidings::detail
