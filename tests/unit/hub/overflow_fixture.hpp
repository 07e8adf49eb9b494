// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/testing/virtual_time.hpp>

#include "support.hpp"

#include <cstddef>
#include <string>

namespace tidings::test {

/// Topics of one policy, in virtual time.
class overflow_fixture
{
public:
    testing::virtual_time time;

    topic make(overflow policy, std::size_t max_events = 3)
    {
        return in_virtual_time(time, topic({.max_events = max_events, .overflow = policy}));
    }

    publish_result publish(topic const& to, std::string const& data)
    {
        auto const result = to.try_publish({.data = data});
        time.run_until_idle();
        return result;
    }

    publish_result publish(topic const& to, std::string const& key, std::string const& data)
    {
        auto const result = to.try_publish(key, {.data = data});
        time.run_until_idle();
        return result;
    }
};

} // namespace tidings::test
