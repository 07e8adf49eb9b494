// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_registry.hpp>
#include <tidings/testing/virtual_time.hpp>
#include <tidings/wait/context.hpp>

#include "support.hpp"
#include "support/scripted_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::test {

inline std::string reset_of(testing::stream& client)
{
    for (auto const& each : client.events())
        if (each.type() == "tidings-reset")
            return each.data();
    return "";
}

/// A registry with a scripted store.
class store_fixture
{
public:
    testing::virtual_time time;
    std::shared_ptr<scripted_store> store = std::make_shared<scripted_store>(time);
    context_scope ctx = context::root(time.loop().get_executor());
    std::vector<std::string> lines; ///< of the log
    std::optional<topic_registry> all;
    topic_registry_options bounds{};

    /// The topics whose names fit have these options, and the store.
    void add(std::string const& pattern, topic_options options = {})
    {
        if (!all) {
            bounds.log = [this](log_level, std::string_view line) { lines.emplace_back(line); };
            all.emplace(in_virtual_time(time, topic_registry(bounds)));
        }
        options.store = store;
        all->add(pattern, std::move(options));
        store->begin_life();
    }

    /// One that is in memory, or whose opening is answered at once.
    topic open(std::string const& name)
    {
        auto const opening = run(time, all->open(ctx, name));
        store->open_all();
        time.run_until_idle();
        REQUIRE(opening->value);
        REQUIRE(opening->value->has_value());
        return **opening->value;
    }

    /// "orders"; the options are those of the first call since the start.
    topic open(std::size_t max_events = 3, overflow policy = overflow::cut)
    {
        if (patterns_.insert("orders").second)
            add("orders", {.max_events = max_events, .overflow = policy});
        return open("orders");
    }

    /// The process ends and starts again.
    void restart()
    {
        all.reset();
        patterns_.clear();
        store = std::make_shared<scripted_store>(time, *store);
    }

    /// Published and kept.
    void keep(topic const& to, std::string const& data)
    {
        REQUIRE(to.try_publish({.data = data}));
        store->keep_next();
        time.run_until_idle();
    }

private:
    std::set<std::string> patterns_;
};

} // namespace tidings::test
