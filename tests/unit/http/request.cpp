// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/request.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

using tidings::request;

static_assert(!std::is_copy_constructible_v<request> && std::is_nothrow_move_constructible_v<request>);

TEST_CASE("the request line")
{
    auto const r = request::get("/a%20b?x=1&y=%C3%A4");
    CHECK(r.method() == "GET");
    CHECK(r.target() == "/a%20b?x=1&y=%C3%A4");
    CHECK(r.path() == "/a%20b");
    CHECK(r.version() == "HTTP/1.1");
    CHECK(r.query("x") == "1");
    CHECK(r.query("y") == "\u00E4");
    CHECK(r.query("z").empty());
    CHECK(r.has_query("x"));
    CHECK_FALSE(r.has_query("z"));
    CHECK(request::get("/?t=a%20b&u=1&t=&t=c").query_all("t") == std::vector<std::string>{"a b", "", "c"});
    CHECK(r.query_all("z").empty());
    CHECK(request::get("http://a").path() == "/");
    CHECK(request::get("http://a?b=c").query("b") == "c");
    CHECK(request("OPTIONS", "*").path() == "*");
}

TEST_CASE("headers are found whatever their case, the first of a name wins")
{
    auto const r =
        request::get("/").with_header("Accept", "a").with_header("ACCEPT", "b").with_header("X-Empty", "");
    CHECK(r.header("accept") == "a");
    CHECK(r.header_count() == 3);
    CHECK(r.header_at(1) == std::pair<std::string_view, std::string_view>("ACCEPT", "b"));
    CHECK(r.has_header("x-empty"));
    CHECK(r.header("x-empty").empty());
    CHECK_FALSE(r.has_header("X"));
}

TEST_CASE("lists may be spread over several lines")
{
    auto const r = request::get("/").with_header("Accept", "a, B").with_header("accept", "c");
    CHECK(r.header_lists("Accept", "b"));
    CHECK(r.header_lists("Accept", "C"));
    CHECK_FALSE(r.header_lists("Accept", "a, B"));
    CHECK_FALSE(r.header_lists("Accept", ""));
}

// Everything is kept in one block that grows: what was stored first must survive what comes later.
TEST_CASE("params, headers and address in any order, and after a move")
{
    auto made = request::post("/p", "text")
                    .with_param("id", "7/8")
                    .with_header("A", "1")
                    .with_remote_address("192.0.2.1")
                    .with_param("name", "n")
                    .with_header("B", "2");
    auto const r = std::move(made);
    CHECK(r.method() == "POST");
    CHECK(r.body() == "text");
    CHECK(r.param("id") == "7/8");
    CHECK(r.param("name") == "n");
    CHECK(r.param("A").empty());
    CHECK(r.header("A") == "1");
    CHECK(r.header("B") == "2");
    CHECK_FALSE(r.has_header("id"));
    CHECK(r.remote_address() == "192.0.2.1");
}

TEST_CASE("whether the connection lives on")
{
    CHECK(request("GET", "/", "HTTP/1.1").keep_alive());
    CHECK_FALSE(request("GET", "/", "HTTP/1.0").keep_alive());
    CHECK_FALSE(request("GET", "/", "HTTP/1.1").with_header("Connection", "x, Close").keep_alive());
    CHECK(request("GET", "/", "HTTP/1.0").with_header("connection", "Keep-Alive").keep_alive());
    CHECK_FALSE(request("GET", "/", "HTTP/1.0").with_header("Connection", "keep-alive, close").keep_alive());
}

// Header before query; what is empty counts as absent; all spellings that clients in use have.
TEST_CASE("last event id")
{
    CHECK_FALSE(request::get("/").last_event_id());
    CHECK(request::get("/").with_header("last-event-id", "7").last_event_id() == "7");
    CHECK(request::get("/?last_event_id=1").last_event_id() == "1");
    CHECK(request::get("/?lastEventId=a%2B2").last_event_id() == "a+2");
    CHECK(request::get("/?evs_last_event_id=3").last_event_id() == "3");
    CHECK(request::get("/?lastEventId=2").with_header("Last-Event-ID", "7").last_event_id() == "7");
    CHECK(request::get("/?lastEventId=2").with_header("Last-Event-ID", "").last_event_id() == "2");
    CHECK_FALSE(request::get("/?lastEventId=").last_event_id());
}

TEST_CASE("what no client could send cannot be made")
{
    CHECK_THROWS_AS(request::get(""), std::invalid_argument);
    CHECK_THROWS_AS(request::get("/%"), std::invalid_argument);
    CHECK_THROWS_AS(request("G T", "/"), std::invalid_argument);
    CHECK_THROWS_AS(request::get("/").with_header("a b", "c"), std::invalid_argument);
    CHECK_THROWS_AS(request::get("/").with_header("a", "b\r\nc"), std::invalid_argument);
}

// Who asks is a short text, fit for a log.
TEST_CASE("a request names its principal")
{
    auto asked = request::get("/");
    CHECK(asked.principal().empty());
    asked.set_principal("ada");
    CHECK(asked.principal() == "ada");
    asked.set_principal(std::string(255, 'n'));
    for (auto const& bad : {std::string(256, 'n'), std::string("a\nb"), std::string("a\0b", 3),
                            std::string("\x7f"), std::string("a\tb")})
        CHECK_THROWS_AS(asked.set_principal(bad), std::invalid_argument);
    CHECK(asked.principal() == std::string(255, 'n'));
    request const moved = std::move(asked);
    CHECK(moved.principal() == std::string(255, 'n'));
    CHECK(moved.value<int>() == nullptr);
}

namespace {

struct account
{
    explicit account(int given) : number(given) {}
    account(account&&) = default;
    int number;
};

} // namespace

// The value is the request's, as it was given: one of another type is a mistake of the program, and says
// which.
TEST_CASE("a request carries a value")
{
    auto asked = request::get("/");
    CHECK(asked.value<account>() == nullptr);
    asked.set_value(account(7));
    REQUIRE(asked.value<account>());
    CHECK(asked.value<account>()->number == 7);
    CHECK_THROWS_MATCHES(asked.value<int>(), std::logic_error,
                         Catch::Matchers::MessageMatches(Catch::Matchers::ContainsSubstring("account") &&
                                                         Catch::Matchers::ContainsSubstring("int")));
    asked.set_value(std::string("another"));
    CHECK(*asked.value<std::string>() == "another");
    CHECK_THROWS_AS(asked.value<account>(), std::logic_error);
    auto const owned = std::make_shared<int>(1);
    asked.set_value(owned);
    CHECK(owned.use_count() == 2);
    asked = request::get("/");
    CHECK(owned.use_count() == 1);
}

// Names are compared whole, and values are as they were sent.
TEST_CASE("cookies")
{
    auto const sent = request::get("/").with_header("Cookie", "xid=1; id=2=3;flag; empty=;  last=z");
    CHECK(sent.cookie("xid") == "1");
    CHECK(sent.cookie("id") == "2=3");
    CHECK(sent.cookie("empty") == "");
    CHECK(sent.cookie("last") == "z");
    CHECK(sent.cookie("flag") == "");
    CHECK(sent.cookie("ID") == "");
    CHECK(request::get("/").cookie("id") == "");
    CHECK(request::get("/").with_header("Cookie", ";;=").cookie("id") == "");
}

// Over HTTP/2 a browser sends each cookie in a field of its own, and not every proxy joins them again.
TEST_CASE("cookies in several fields")
{
    auto const split = request::get("/")
                           .with_header("Cookie", "a=1; b=2")
                           .with_header("Accept", "c=x")
                           .with_header("cookie", "c=3; a=4");
    CHECK(split.cookie("a") == "1");
    CHECK(split.cookie("b") == "2");
    CHECK(split.cookie("c") == "3");
    CHECK(split.cookie("d") == "");
}

TEST_CASE("forms")
{
    auto const sent = request::post("/", "name=Ada+L%C3%B6w&tag=a&tag=b%26c&empty=&flag&=x&100%=%")
                          .with_header("Content-Type", "application/x-www-form-urlencoded");
    CHECK(sent.form("name") == "Ada L\xC3\xB6w");
    CHECK(sent.form("tag") == "a");
    CHECK(sent.form_all("tag") == std::vector<std::string>{"a", "b&c"});
    CHECK(sent.form_all("empty") == std::vector<std::string>{""});
    CHECK(sent.form_all("flag") == std::vector<std::string>{""});
    CHECK(sent.form("") == "x");
    CHECK(sent.form("100%") == "%");
    CHECK(sent.form("nothing").empty());
    CHECK(sent.form_all("Name").empty());
    CHECK(request::get("/?a=1").form("a").empty());
}

// What is sent as another type is not taken for a form, whatever it looks like.
TEST_CASE("only a form is a form")
{
    auto const is_form = [](std::string_view type) {
        return request::post("/", "a=1").with_header("Content-Type", type).form("a") == "1";
    };
    CHECK(is_form("application/x-www-form-urlencoded"));
    CHECK(is_form("Application/X-WWW-Form-Urlencoded ; charset=UTF-8"));
    for (auto const* other :
         {"", "text/plain", "application/json", "multipart/form-data; boundary=x",
          "application/x-www-form-urlencoded2", "text/plain; application/x-www-form-urlencoded"})
        CHECK_FALSE(is_form(other));
    CHECK(request::post("/", "a=1").form("a").empty());
}
