// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/stream_socket.hpp>

#include "support/ends_in_memory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::cut_reason;
using tidings::end_reason;

// A client in memory obeys the table of ends: its handler learns what it would over a socket.
TEST_CASE("the table of ends in memory")
{
    auto const options = options_for_ends();
    for (auto const& row : table_of_ends) {
        if (is_under_way(row.what))
            continue;
        CAPTURE(to_string(row.what), to_string(row.how));
        memory_row served(row.what);
        served.leave(row.how);
        auto const ended = served.time_of_end();
        switch (row.when) {
        case ends::at_once:
        case ends::within_round_trip:
            CHECK(ended == 0s);
            break;
        case ends::by_write_timeout: // of the comment that silence brings
            REQUIRE(ended);
            CHECK(*ended > options.keep_alive);
            CHECK(*ended <= options.keep_alive + options.write_timeout + 50ms);
            break;
        case ends::by_probes:
            REQUIRE(ended);
            CHECK(*ended >= tidings::internal::probes_of(options.keep_alive).worst());
            CHECK(*ended <= tidings::internal::probes_of(options.keep_alive).worst() + 50ms);
            break;
        case ends::never:
            CHECK_FALSE(ended);
            break;
        }
        CHECK((served.client.why_cut() == cut_reason::write_timeout) ==
              (row.count == counted_as::write_timeout));
        if (ended && row.what != doing::stream_handed_over)
            CHECK(served.client.reason() == end_reason::client_gone);
    }
}

// An answer that the handler still gives behind a FIN is written all the same.
TEST_CASE("a plain answer behind a FIN, in memory")
{
    memory_row served(doing::plain_waiting);
    served.client.half_close();
    CHECK(served.client.is_over());
    CHECK(served.client.text() == "late");
}

// Where a FIN is said not to be the end, it is not: a handler goes on, and is ended by a reset.
TEST_CASE("half_close::keep, in memory")
{
    auto options = options_for_ends();
    options.on_half_close = tidings::half_close::keep;
    for (auto const what : {doing::plain_waiting, doing::long_poll}) {
        memory_row served(what, options);
        served.client.leave();
        CHECK_FALSE(served.time_of_end());
        served.client.reset();
        CHECK(served.has_ended());
    }
    // What its head meets at the latest is the reset of a client that is gone.
    memory_row streaming(doing::stream_before_head, options);
    streaming.client.leave();
    CHECK_FALSE(streaming.has_ended());
    CHECK(streaming.time_of_end() <= options.keep_alive);
}

// Where a FIN is said to be the end always, an open stream is not asked.
TEST_CASE("half_close::end, in memory")
{
    auto options = options_for_ends();
    options.on_half_close = tidings::half_close::end;
    for (auto const what : {doing::stream_open, doing::stream_handed_over}) {
        memory_row served(what, options);
        served.client.half_close();
        CHECK(served.has_ended());
        CHECK(served.client.comments().empty());
    }
}
