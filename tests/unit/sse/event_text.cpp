// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/event_text.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace std::chrono_literals;
using tidings::event_text;

TEST_CASE("an event_text has the wire text and what it was made from")
{
    event_text const text({.id = "7", .type = "price", .data = " a\n\nb", .retry = 1s});
    CHECK(text.text() == "id: 7\nevent: price\ndata:  a\ndata:\ndata: b\nretry: 1000\n\n");
    CHECK(text.id_line() == "id: 7\n");
    CHECK(text.body() == "event: price\ndata:  a\ndata:\ndata: b\nretry: 1000\n\n");
    CHECK(text.id() == "7");
    CHECK(text.type() == "price");
    CHECK(text.has_data());
    CHECK(text.data() == " a\n\nb");
}

// The parts of an event are found by their place, so a value that looks like another field misleads nobody.
TEST_CASE("members that are absent, empty or misleading")
{
    CHECK(event_text({.data = "x"}).id_line().empty());
    CHECK(event_text({.data = "x"}).type().empty());
    CHECK(event_text({.id = "", .type = "", .data = ""}).id_line() == "id:\n");
    CHECK(event_text({.id = "", .type = "", .data = ""}).id().empty());
    CHECK(event_text({.id = "", .type = "", .data = ""}).has_data());
    CHECK(event_text({.id = "", .type = "", .data = ""}).data().empty());
    CHECK_FALSE(event_text({.id = "7", .type = "t", .retry = 1s}).has_data());
    CHECK(event_text({.id = "7", .retry = 1s}).data().empty());
    CHECK(event_text({.data = "event: x\nid: y"}).type().empty());
    CHECK(event_text({.data = "event: x\nid: y"}).id().empty());
    CHECK(event_text({.data = "event: x\nid: y"}).data() == "event: x\nid: y");
}

TEST_CASE("a comment is text without members")
{
    auto const ping = event_text::comment("ping");
    CHECK(ping.text() == ": ping\n\n");
    CHECK(ping.body() == ping.text());
    CHECK(ping.id().empty());
    CHECK(ping.type().empty());
    CHECK_FALSE(ping.has_data());
    CHECK_FALSE(event_text::comment("data: x").has_data());
}

TEST_CASE("empty text has nothing to send")
{
    event_text const none;
    CHECK(none.text().empty());
    CHECK(none.id_line().empty());
    CHECK(none.body().empty());
    CHECK(none.type().empty());
    CHECK_FALSE(none.has_data());
}

// Copies share one block, so views outlive the handle they were taken from while another one is alive.
TEST_CASE("copies share the text")
{
    event_text copy;
    std::string_view data;
    {
        event_text const first({.data = "a text that is too long for any small buffer"});
        data = first.body();
        copy = first;
    }
    CHECK(copy.text().data() == data.data());
    CHECK(data == "data: a text that is too long for any small buffer\n\n");
}

TEST_CASE("what cannot be sent cannot become an event_text")
{
    CHECK_THROWS_AS(event_text({.id = "a\nb"}), std::invalid_argument);
    CHECK_THROWS_AS(event_text::comment("\xFF"), std::invalid_argument);
}
