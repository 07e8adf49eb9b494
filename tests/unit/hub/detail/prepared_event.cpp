// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/prepared_event.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

using tidings::event;
using tidings::detail::give_number;
using tidings::detail::id_of;
using tidings::detail::max_event_number;
using tidings::detail::prepare;
using tidings::internal::framing;

// The number is put in front of the text that is there already, whatever its length, and so is the chunk.
TEST_CASE("an event gets its number")
{
    for (std::uint64_t const number : {std::uint64_t(1), std::uint64_t(123'456), max_event_number})
        for (std::size_t const size : {std::size_t(0), std::size_t(200), std::size_t(5'000)}) {
            std::string const data(size, 'x');
            auto made = prepare(event{.type = "t", .data = data}, {}, "0123456789ab");
            give_number(made, number, "0123456789ab");
            std::string const id = "0123456789ab-" + std::to_string(number);
            std::string const text =
                "id: " + id + "\nevent: t\ndata:" + (size > 0 ? " " : "") + data + "\n\n";
            CHECK(id_of(made.own_id, number, "0123456789ab") == id);
            CHECK(made.frame.text() == text);
            CHECK(made.frame.bytes(framing::none) == text);
            auto const chunk = made.frame.bytes(framing::chunked);
            CHECK(std::stoul(std::string(chunk), nullptr, 16) == text.size());
            CHECK(chunk.ends_with("\r\n" + text + "\r\n"));
            CHECK(made.frame.event().id() == id);
        }
}

// An own id is there from the beginning.
TEST_CASE("an event with an id of its own")
{
    auto made = prepare(event{.id = "order 7", .data = "a"}, "key", "life");
    give_number(made, 9, "life");
    CHECK(made.frame.text() == "id: order 7\ndata: a\n\n");
    CHECK(id_of(made.own_id, 9, "life") == "order 7");
    REQUIRE(made.key);
    CHECK(*made.key == "key");
}

// What cannot be sent, reaches nobody, or would end its clients' streams, is refused before there is a lock.
TEST_CASE("events that cannot be published")
{
    for (event const& bad :
         {event{.id = "a\nb", .data = "x"}, event{.data = "\xff"}, event{.type = "t"},
          event{.id = "order 7;finished", .data = "a"}, event{.id = "life-3", .data = "a"}})
        CHECK_THROWS_AS(prepare(bad, {}, "life"), std::invalid_argument);
    auto last = prepare(event{.data = "x"}, {}, "life");
    CHECK_THROWS_AS(give_number(last, max_event_number + 1, "life"), std::length_error);
}
