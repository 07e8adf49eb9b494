// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_list.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/testing/virtual_time.hpp>

#include <string>

namespace tidings::test {

/// Two topics of one registry, in virtual time.
class list_fixture
{
public:
    testing::virtual_time time;
    topic_registry all = made();
    topic orders = *all.get("orders");
    topic alerts = *all.get("alerts & more");

    topic_list both() const
    {
        topic_list list;
        list.add(orders).add(alerts);
        return list;
    }

    std::string publish(topic& to, std::string const& data)
    {
        auto id = to.publish({.data = data}).id;
        time.run_until_idle();
        return id;
    }

private:
    static topic_registry made()
    {
        topic_registry of;
        of.add("{name}", {.max_events = 3});
        return of;
    }
};

} // namespace tidings::test
