// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_list.hpp>
#include <tidings/testing/virtual_time.hpp>

#include <string>

namespace tidings::test {

/// Two topics, in virtual time.
class list_fixture
{
public:
    testing::virtual_time time;
    topic orders{{.name = "orders", .max_events = 3}};
    topic alerts{{.name = "alerts & more", .max_events = 3}};

    topic_list both() const
    {
        topic_list list;
        list.add(orders).add(alerts);
        return list;
    }

    void publish(topic& to, std::string const& data)
    {
        to.publish({.data = data});
        time.run_until_idle();
    }
};

} // namespace tidings::test
