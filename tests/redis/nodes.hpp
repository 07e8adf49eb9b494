// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/redis/redis_store.hpp>

#include "support/engine_process.hpp"
#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::test {

inline std::vector<std::string> const no_persistence{"--appendonly", "no"};
inline std::vector<std::string> const synced{"--appendonly", "yes", "--appendfsync", "always"};

/// A process's store, and what it was told.
struct node
{
    explicit node(engine_process const& engine, redis_promise const& promise = {})
        : store(redis_store(engine.url(), {.probe_timeout = std::chrono::milliseconds(100),
                                           .promise = [=](std::string_view) { return promise; },
                                           .log = [](log_level, std::string_view) {}})),
          user(*store)
    {}
    std::shared_ptr<topic_store> const store;
    store_user user;
};

/// An engine that each test starts, with settings of its own.
class nodes
{
public:
    nodes()
    {
        if (!engine_process::is_installed())
            SKIP("there is no such engine on this machine");
    }
    void start(std::vector<std::string> const& settings, std::vector<std::string> const& environment = {})
    {
        engine.emplace(folder.file("engine"), settings, environment);
    }
    scratch_folder const folder;
    std::optional<engine_process> engine;
};

using numbers = std::vector<std::uint64_t>;

inline numbers tags(std::vector<std::pair<std::string, stored_event>> const& told)
{
    numbers all;
    all.reserve(told.size());
    for (auto const& [topic, event] : told)
        all.push_back(tag_of(event));
    return all;
}

} // namespace tidings::test
