// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_registry.hpp>
#include <tidings/testing/virtual_time.hpp>
#include <tidings/wait/context.hpp>

#include "support.hpp"
#include "support/scripted_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tidings::test {

/// A registry with several scripted stores, which are called by single letters.
class shards_fixture
{
public:
    testing::virtual_time time;
    std::map<char, std::shared_ptr<scripted_store>> stores;
    context_scope ctx = context::root(time.loop().get_executor());
    std::optional<topic_registry> all;
    topic_options options{}; ///< of all topics

    shards_fixture()
    {
        for (char const each : std::string("ABC"))
            stores[each] = std::make_shared<scripted_store>(
                time, std::string(12, static_cast<char>(each - 'A' + '1')), std::string("the store ") + each);
    }

    /// Another process takes the place of this one, with these shards, as "AB".
    void start(std::string_view shards)
    {
        options.store = nullptr;
        options.shards.clear();
        begin_anew();
        for (char const each : shards)
            options.shards.push_back(stores.at(each));
        add("{name...}");
    }
    /// The same with one store that is no shard.
    void start_plain(char store)
    {
        options.shards.clear();
        begin_anew();
        options.store = stores.at(store);
        add("{name...}");
    }
    void begin_anew()
    {
        all.reset();
        for (auto& [letter, each] : stores)
            each = std::make_shared<scripted_store>(time, *each);
        all.emplace(in_virtual_time(time, topic_registry({.log = [](log_level, std::string_view) {}})));
    }
    void add(std::string const& pattern)
    {
        all->add(pattern, options);
        for (auto& [letter, each] : stores)
            each->begin_life();
    }

    topic open(std::string const& name)
    {
        auto const opening = run(time, all->open(ctx, name));
        for (auto& [letter, each] : stores)
            each->open_all();
        time.run_until_idle();
        REQUIRE(opening->value);
        REQUIRE(opening->value->has_value());
        return **opening->value;
    }

    /// Published, and kept by whichever store it is.
    void keep(topic const& to, std::string const& data)
    {
        REQUIRE(to.try_publish({.data = data}));
        for (auto& [letter, each] : stores)
            each->keep_all();
        time.run_until_idle();
    }

    /// The store that has the topic open.
    char owner(std::string const& name) const
    {
        char found = 0;
        for (auto const& [letter, each] : stores)
            if (each->opens_of(name) > 0)
                found = letter;
        return found;
    }
};

} // namespace tidings::test
