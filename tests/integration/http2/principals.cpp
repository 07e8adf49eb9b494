// SPDX-License-Identifier: BSL-1.0
// What a principal may do, and until when, whatever it speaks; on two loops.
#include <tidings/hub/topic.hpp>

#include "../handlers.hpp"
#include "served.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::headers;
using tidings::request;
using tidings::response;

namespace {

class house : public served
{
public:
    explicit house(spoken how) : served(how, limited())
    {
        routes().check([](request& head, headers&) -> std::optional<response> {
            head.set_principal(std::string(head.header("x-name")));
            if (head.has_header("x-for-milliseconds"))
                head.set_valid_until(
                    std::chrono::system_clock::now() +
                    std::chrono::milliseconds(std::stoi(std::string(head.header("x-for-milliseconds")))));
            return std::nullopt;
        });
        routes().get("/news", std::bind_front(hand_over, std::cref(news)), {.expiry_notice = 1h});
        routes().get("/farewell", say_farewell);
        start();
    }

    static tidings::server_options limited()
    {
        auto options = brisk();
        options.loops = 2;
        options.per_principal = {.streams = 3};
        return options;
    }

    tidings::topic news{{.name = "news"}};
};

asking of(std::string target, std::string name, std::string milliseconds = {})
{
    asking what{.target = std::move(target), .fields = {{"x-name", std::move(name)}}};
    if (!milliseconds.empty())
        what.fields.emplace_back("x-for-milliseconds", std::move(milliseconds));
    return what;
}

} // namespace

TEST_CASE("by each protocol: streams of a principal")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    house home(how);
    auto const client = home.client();
    auto const other = home.client();
    auto const one = client->ask(of("/news", "ada"));
    auto const two = other->ask(of("/farewell", "ada"));
    auto const three = other->ask(of("/news", "ada"));
    CHECK(one->status() == 200);
    CHECK(two->status() == 200);
    CHECK(three->status() == 200);
    auto const refused = client->ask(of("/news", "ada"));
    CHECK(refused->status() == 429);
    CHECK(refused->read_body() == "too many streams of this user\n");
    CHECK(client->ask(of("/news", "bob"))->status() == 200);
    CHECK(home.stats().over_limit_of_principal == 1);
    three->leave();
    CHECK(home.wait_for_stats([](auto const& now) { return now.streams == 2; }));
    CHECK(client->ask(of("/news", "ada"))->status() == 200);
}

// The end is a proper one, announced before, with a pause behind it; and nothing is missed.
TEST_CASE("by each protocol: rights end")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    house home(how);
    auto const client = home.client();
    auto const news = client->ask(of("/news", "ada", "300"));
    CHECK(news->status() == 200);
    auto const farewell = client->ask(of("/farewell", "ada", "300"));
    home.news.publish({.data = "one"});
    bool has_one = false;
    bool is_announced = false;
    std::string id;
    while (auto const next = news->next_event()) {
        has_one = has_one || next->data() == "one";
        is_announced = is_announced || next->type() == "tidings-expiring";
        id = next->id();
    }
    CHECK(has_one);
    CHECK(is_announced);
    CHECK(news->is_whole());
    CHECK(farewell->next_event()->data() == "hello");
    CHECK(farewell->next_event()->data() == "deadline exceeded");
    CHECK_FALSE(farewell->next_event());
    CHECK(farewell->is_whole());

    home.news.publish({.data = "two"});
    auto again = of("/news", "ada");
    again.fields.emplace_back("last-event-id", id);
    CHECK(client->ask(again)->next_event()->data() == "two");
}

TEST_CASE("by each protocol: rights are renewed, and withdrawn")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    house home(how);
    auto const client = home.client();
    auto const hers = client->ask(of("/farewell", "ada", "500"));
    auto const his = client->ask(of("/farewell", "bob", "500"));
    CHECK(hers->next_event()->data() == "hello");
    CHECK(his->next_event()->data() == "hello");
    home.routes().renew("ada", std::chrono::system_clock::now() + 1h);
    CHECK(his->next_event()->data() == "deadline exceeded");
    CHECK(home.wait_for_stats([](auto const& now) { return now.streams == 1; }));
    home.routes().renew("ada", std::chrono::system_clock::now());
    CHECK(hers->next_event()->data() == "deadline exceeded");
    CHECK_FALSE(hers->next_event());
    CHECK(hers->is_whole());
}
