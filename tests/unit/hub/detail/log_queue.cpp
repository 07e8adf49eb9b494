// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/log_queue.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using tidings::event;
using tidings::detail::log_queue;
using tidings::detail::prepared_event;
using tidings::internal::shared_frame;

namespace {

prepared_event draft(log_queue const& to)
{
    prepared_event made(event{.data = "x"}, {}, "life");
    made.take_number(to.next(), "life");
    return made;
}

} // namespace

// An event has its number before it is kept; one that the log does not take gives it back.
TEST_CASE("events on their way to a log")
{
    log_queue queue(7);
    auto const first = draft(queue);
    queue.add(first);
    auto const second = draft(queue);
    queue.add(second);
    CHECK(second.number == 8);
    CHECK(queue.count() == 2);
    CHECK(queue.bytes() == first.frame.text().size() + second.frame.text().size());
    queue.take_back(second);
    CHECK(queue.next() == 8);
    queue.remove(first);
    CHECK(queue.next() == 8);
    CHECK(queue.count() == 0);
    CHECK(queue.bytes() == 0);
}

// A comment waits for what was there before it, and for nothing else.
TEST_CASE("comments behind events on their way to a log")
{
    log_queue queue(1);
    queue.add(draft(queue));
    queue.hold(shared_frame(": one\n\n"));
    queue.add(draft(queue));
    queue.hold(shared_frame(": two\n\n"));
    CHECK(queue.held() == 2);
    CHECK(queue.release(1)->text() == ": one\n\n");
    CHECK_FALSE(queue.release(1));
    CHECK(queue.release(2)->text() == ": two\n\n");
    CHECK_FALSE(queue.release(2));
}
