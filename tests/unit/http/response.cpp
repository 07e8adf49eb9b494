// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using tidings::headers;
using tidings::refused_for_now;
using tidings::request;
using tidings::response;

namespace {

int status_for(request const& asked)
{
    return refused_for_now(asked, 503, 4s, "full").status();
}

request accepting(std::string_view what)
{
    return request::get("/").with_header("Accept", what);
}

} // namespace

TEST_CASE("kinds of responses")
{
    CHECK(response(204).status() == 204);
    CHECK(response(204).body().empty());
    CHECK_FALSE(response(204).file_path());

    auto const text = response::text("hello", 404);
    CHECK(text.status() == 404);
    CHECK(text.body() == "hello");
    CHECK(text.header("content-type") == "text/plain; charset=utf-8");

    CHECK(response::json("{}").status() == 200);
    CHECK(response::json("{}").header("Content-Type") == "application/json");
    CHECK(response::bytes("x", "image/png").header("Content-Type") == "image/png");

    auto const file = response::file("/nowhere/page.html");
    CHECK(file.file_path() == "/nowhere/page.html");
    CHECK(file.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(file.body().empty());
    CHECK(file.file_folder().empty());
    auto const below = response::file_below("/srv", "pages/index.html");
    CHECK(below.file_path() == "pages/index.html");
    CHECK(below.file_folder() == "/srv");
    CHECK(below.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(response::file_below("", "/etc/passwd").file_folder() == "."); // never anywhere
    CHECK(response::file("page.html", "text/plain").header("Content-Type") == "text/plain");
}

TEST_CASE("headers are chained on temporaries and on names")
{
    auto answer = response::text("x").with_header("Content-Type", "text/markdown").with_header("A", "1");
    answer.with_header("a", "2").with_added_header("A", "3");
    CHECK(answer.header("Content-Type") == "text/markdown");
    CHECK(answer.header("A") == "2");
    CHECK(answer.fields().end() - answer.fields().begin() == 3);
    CHECK(answer.body() == "x");
}

// What was prepared before gives way to what the answer says by itself, but for fields that only add.
TEST_CASE("a response is completed with other headers")
{
    headers prepared;
    prepared.add("Cache-Control", "no-store");
    prepared.add("Server", "one");
    prepared.add("vary", "Origin");
    prepared.add("Set-Cookie", "a=1");
    prepared.add("Set-Cookie", "b=2");
    prepared.add("Link", "</x>");
    prepared.add("Link", "</y>");

    auto answer =
        response::text("x").with_header("cache-control", "max-age=60").with_header("Vary", "Accept");
    tidings::internal::access::complete(answer, prepared);

    std::string seen;
    for (auto const& [name, value] : answer.fields())
        seen.append(name).append(": ").append(value).append("\n");
    CHECK(seen == "Content-Type: text/plain; charset=utf-8\ncache-control: max-age=60\nVary: Accept\n"
                  "Server: one\nvary: Origin\nSet-Cookie: a=1\nSet-Cookie: b=2\nLink: </x>\nLink: </y>\n");
}

TEST_CASE("responses that cannot be sent are refused")
{
    for (auto const status : {-1, 0, 100, 199, 600, 2000})
        CHECK_THROWS_AS(response(status), std::invalid_argument);
    CHECK_THROWS_AS(response::text("x", 204), std::invalid_argument);
    CHECK_THROWS_AS(response::text("x", 304), std::invalid_argument);
    CHECK_THROWS_AS(response(200).with_header("A", "b\r\nc"), std::invalid_argument);
    CHECK_THROWS_AS(response(200).with_header("Content-Length", "1"), std::invalid_argument);
}

TEST_CASE("content types follow the last extension, whatever its case")
{
    auto const type_of = [](std::string_view path) {
        return std::string(tidings::response::file(path).header("Content-Type"));
    };
    CHECK(type_of("index.html") == "text/html; charset=utf-8");
    CHECK(type_of("a/b.d/APP.JS") == "text/javascript; charset=utf-8");
    CHECK(type_of("x.tar.json") == "application/json");
    CHECK(type_of("logo.svg") == "image/svg+xml");
    CHECK(type_of("unknown.extension") == "application/octet-stream");
    CHECK(type_of("no_extension") == "application/octet-stream");
    CHECK(type_of(".html") == "application/octet-stream");
    CHECK(type_of("") == "application/octet-stream");
}

// An EventSource would never come back from a status: it is told when to come back, and why not now.
TEST_CASE("an EventSource is refused by a stream that ends")
{
    auto const answer = refused_for_now(accepting("text/event-stream"), 503, 4321ms, "the server is full");
    CHECK(answer.status() == 200);
    CHECK(answer.header("Content-Type") == "text/event-stream");
    CHECK(answer.header("Cache-Control") == "no-store");
    CHECK(answer.body() == "retry: 4321\n: the server is full\n\n");
}

// Everybody else is refused by a status, with the pause in whole seconds.
TEST_CASE("others are refused for now by a status")
{
    auto const answer = refused_for_now(request::get("/"), 429, 4001ms, "too many");
    CHECK(answer.status() == 429);
    CHECK(answer.header("Retry-After") == "5");
    CHECK(answer.body() == "too many\n");
}

// Who accepts anything else, or asks by another method, can read a status.
TEST_CASE("only who accepts events alone is an EventSource")
{
    CHECK(status_for(accepting("Text/Event-Stream")) == 200);
    CHECK(status_for(accepting("text/event-stream;q=0.9")) == 200);
    CHECK(status_for(accepting("text/event-stream").with_header("Accept", "text/event-stream")) == 200);
    CHECK(status_for(accepting("text/event-stream, */*")) == 503);
    CHECK(status_for(accepting("text/event-stream").with_header("Accept", "text/html")) == 503);
    CHECK(status_for(accepting("*/*")) == 503);
    CHECK(status_for(accepting("")) == 503);
    CHECK(status_for(request("HEAD", "/").with_header("Accept", "text/event-stream")) == 503);
    CHECK(status_for(request::post("/", "").with_header("Accept", "text/event-stream")) == 503);
}

// A reason cannot break out of its comment, and a pause is never negative.
TEST_CASE("a reason stays in its comment")
{
    auto const answer = refused_for_now(accepting("text/event-stream"), 503, -1s, "a\r\ndata: b\n\nc");
    CHECK(answer.body() == "retry: 0\n: a  data: b  c\n\n");
}

TEST_CASE("redirects")
{
    CHECK(response::redirect("/room").status() == 303);
    CHECK(response::redirect("/room").header("Location") == "/room");
    CHECK(response::redirect("/room").body().empty());
    for (int const status : {301, 302, 303, 307, 308})
        CHECK(response::redirect("/", status).status() == status);
    for (int const status : {200, 300, 304, 305, 306, 309, 404})
        CHECK_THROWS_AS(response::redirect("/", status), std::invalid_argument);
    for (auto const* good :
         {"/a?b=c#d", "https://example.com/a%20b", "?next", "a/../b", "//example.com/", "#top"})
        CHECK(response::redirect(good).header("Location") == good);
    for (auto const* bad :
         {"", "/a b", "/a\r\nSet-Cookie: b=c", "/\\example.com", "/\xC3\xA4", "/%zz", "/<a>", "1:2"})
        CHECK_THROWS_AS(response::redirect(bad), std::invalid_argument);
}

TEST_CASE("cookies are added to a response")
{
    auto answer = response::redirect("/room").with_cookie("a", "1", {.max_age = 24h, .path = "/room"});
    answer.with_cookie("b", "2");
    std::string seen;
    for (auto const& [name, value] : answer.fields())
        seen.append(name).append(": ").append(value).append("\n");
    CHECK(seen == "Location: /room\n"
                  "Set-Cookie: a=1; Path=/room; SameSite=Lax; Max-Age=86400; HttpOnly; Secure\n"
                  "Set-Cookie: b=2; Path=/; SameSite=Lax; HttpOnly; Secure\n");
    CHECK_THROWS_AS(answer.with_cookie("a;b", "1"), std::invalid_argument);
}
