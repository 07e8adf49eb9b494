// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/stored_topic.hpp>

#include <catch2/catch_test_macros.hpp>

using tidings::detail::store_queue;
using tidings::internal::shared_frame;

// What is on its way is counted, and one that the store does not take is as if it had not been there.
TEST_CASE("events on their way to a store")
{
    store_queue queue;
    queue.add(10);
    queue.add(20);
    CHECK(queue.count() == 2);
    CHECK(queue.bytes() == 30);
    queue.take_back(20);
    CHECK(queue.count() == 1);
    queue.remove(10);
    CHECK(queue.count() == 0);
    CHECK(queue.bytes() == 0);
}

// A comment waits for what was there before it, and for nothing else.
TEST_CASE("comments behind events on their way to a store")
{
    store_queue queue;
    queue.add(10);
    queue.hold(shared_frame(": one\n\n"), 2);
    queue.add(10);
    queue.hold(shared_frame(": two\n\n"), 2);
    CHECK_FALSE(queue.release());
    queue.remove(10);
    CHECK(queue.release()->text() == ": one\n\n");
    CHECK_FALSE(queue.release());
    queue.remove(10);
    CHECK(queue.release()->text() == ": two\n\n");
    CHECK_FALSE(queue.release());
}
