// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/order.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/shards.hpp>
#include <tidings/hub/detail/topic_load.hpp>
#include <tidings/hub/topic_store.hpp>
#include <tidings/loop/time.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// One store in a registry: what it tells goes through here, to the topics that are in memory or on their way
/// there. Its topics have one order a life of the store.
class store_link final : public store_events, public std::enable_shared_from_this<store_link>
{
public:
    store_link(shard of, std::weak_ptr<registry_state> registry)
        : shard_(std::move(of)), registry_(std::move(registry))
    {}

    topic_store& store() const noexcept { return *shard_.store; }
    std::weak_ptr<topic_store> weak_store() const noexcept { return shard_.store; }
    /// See `shard`.
    std::string const& mark() const noexcept { return shard_.mark; }

    void on_life(life begun) noexcept override;
    void on_rollback(rollback happened) noexcept override;
    void on_away(bool is_away) noexcept override;
    void on_event(std::string_view topic, stored_event value) noexcept override;

    // With the registry's lock held

    /// Of the present life; null before the first one, and when the store has given one that none can be.
    order* numbers() const noexcept { return lives_.empty() ? nullptr : lives_.back().get(); }

    bool is_away() const noexcept { return is_away_; }

    /// Calls the waiter when a topic is in memory; `known` is null of one that is to be made. A load that is
    /// to be started, without the lock, unless the topic is on its way already. Throws `too_many_topics`.
    std::shared_ptr<topic_load> wait_for(std::string_view name, std::shared_ptr<topic_state> known,
                                         std::shared_ptr<topic_options const> const& options,
                                         when_opened waiter);
    /// It is over.
    void end_load(topic_load const& which, std::string_view name);
    /// Nobody will have the topics any more that nobody has.
    void let_go(registry_state::section& locked);

    /// An event of a topic in memory. False when one before it is missing.
    bool accept(topic_state& of, told_event event, registry_state::section& locked);

private:
    std::vector<std::shared_ptr<topic_load>> load_anew(std::uint64_t first_lost, registry_state& registry,
                                                       registry_state::section& locked);
    bool accept(std::string_view name, told_event event, registry_state& registry,
                registry_state::section& locked);
    /// At most once in ten seconds.
    void tell(registry_state& registry, std::string_view what) noexcept;

    shard const shard_;
    std::weak_ptr<registry_state> const registry_;
    // Those before the present one stay, since followers that are being sent away look at them.
    std::vector<std::unique_ptr<order>> lives_;
    std::map<std::string, std::shared_ptr<topic_load>, std::less<>> loads_; // by topic
    bool is_away_ = false;
    time_point next_telling_{};
};

} // namespace tidings::detail
