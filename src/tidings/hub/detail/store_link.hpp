// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/order.hpp>
#include <tidings/hub/topic_store.hpp>
#include <tidings/loop/time.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

class registry_state;

/// One store in a registry: what it tells goes through here. Its topics have one order a life of the store.
class store_link final : public store_events
{
public:
    store_link(std::shared_ptr<topic_store> store, std::weak_ptr<registry_state> registry)
        : store_(std::move(store)), registry_(std::move(registry))
    {}

    topic_store& store() const noexcept { return *store_; }

    void on_life(life begun) noexcept override;
    void on_event(std::string_view topic, stored_event value) noexcept override;

    // With the registry's lock held

    /// Of the present life; null before the first one, and when the store has given one that none can be.
    order* numbers() const noexcept { return lives_.empty() ? nullptr : lives_.back().get(); }
    /// Begins one. The orders of those before stay, since followers that are being sent away look at them.
    void begin(life const& begun) { lives_.push_back(std::make_unique<order>(begun.epoch, begun.newest)); }

private:
    /// At most once in ten seconds.
    void tell(registry_state& registry, std::string_view what) noexcept;

    std::shared_ptr<topic_store> const store_;
    std::weak_ptr<registry_state> const registry_;
    std::vector<std::unique_ptr<order>> lives_;
    time_point next_telling_{};
};

} // namespace tidings::detail
