// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic_list.hpp>

#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

class list_fixture
{
public:
    virtual_time time;
    topic orders{{.name = "orders", .history_count = 3}};
    topic alerts{{.name = "alerts & more", .history_count = 3}};

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

/// A filter that throws when it is copied once more than it may.
class copied_so_often
{
public:
    explicit copied_so_often(std::shared_ptr<int> left) : left_(std::move(left)) {}
    copied_so_often(copied_so_often const& other) : left_(other.left_)
    {
        if (--*left_ < 0)
            throw std::runtime_error("no more copies");
    }
    copied_so_often& operator=(copied_so_often const&) = delete;
    bool operator()(tidings::event_text const&) const { return true; }

private:
    std::shared_ptr<int> left_;
};

asio::awaitable<void> follow_with_copies(topic_list const* list, std::shared_ptr<int> left, int copies,
                                         context ctx, request const&, event_stream& out)
{
    *left = copies;
    co_await list->follow(ctx, out);
}

asio::awaitable<void> attach_with_copies(topic_list const* list, std::shared_ptr<int> left, int copies,
                                         context, request const&, event_stream& out)
{
    *left = copies;
    list->attach(out);
    co_return;
}

} // namespace

// Each event of several topics comes once, and its id leads back to the place in all of them.
TEST_CASE_METHOD(list_fixture, "several topics in one stream")
{
    std::string id;
    {
        stream client(time, following(both()), request::get("/"));
        publish(orders, "o1");
        publish(alerts, "a1");
        publish(orders, "o2");
        CHECK(data_of(client) == texts{"o1", "a1", "o2"});
        id = client.events()[1].id(); // o1 and a1 are known
    }
    publish(alerts, "a2");
    stream back(time, following(both()), coming_back_with(id));
    CHECK(data_of(back) == texts{"o2", "a2"});
    publish(alerts, "a3");
    CHECK(data_of(back) == texts{"o2", "a2", "a3"});
    stream further(time, following(both()), coming_back_with(back.events().back().id()));
    CHECK(data_of(further).empty());
}

// Own ids do not matter in a stream of several topics.
TEST_CASE_METHOD(list_fixture, "several topics and own ids")
{
    stream client(time, following(both()), request::get("/"));
    orders.publish({.id = "one/&=x", .data = "o1"});
    alerts.publish({.id = "one/&=x", .data = "a1"});
    time.run_until_idle();
    REQUIRE(client.events().size() == 2);
    orders.publish({.id = "two", .data = "o2"});
    stream back(time, following(both()), coming_back_with(client.events()[1].id()));
    CHECK(data_of(back) == texts{"o2"});
}

// Each topic tells of its own gap, by its name; the other resumes.
TEST_CASE_METHOD(list_fixture, "a gap in one of several topics")
{
    std::string id;
    {
        stream client(time, following(both()), request::get("/"));
        publish(orders, "o1");
        publish(alerts, "a1");
        id = client.events()[1].id();
    }
    for (auto const* data : {"o2", "o3", "o4", "o5"})
        publish(orders, data);
    publish(alerts, "a2");
    stream back(time, following(both()), coming_back_with(id));
    REQUIRE(back.events().size() == 2);
    CHECK(back.events()[0].type() == "tidings-reset");
    CHECK(back.events()[0].data().starts_with(R"({"reason":"evicted")"));
    CHECK(back.events()[0].data().ends_with(R"(,"topic":"orders"})"));
    CHECK(back.events()[1].data() == "a2");
}

// A client is busy with one topic while another moves on past its history: it is told of what it lost of
// that.
TEST_CASE_METHOD(list_fixture, "a gap in one topic while another waits for the client")
{
    topic news{{.name = "news", .history_count = 3, .overflow = overflow::drop_oldest}};
    topic_list list;
    list.add(orders).add(news);
    stream client(time, following(list), request::get("/"));
    publish(news, "n1");
    client.stop_reading(5);
    publish(orders, "o1");
    publish(orders, "o2");
    for (auto const* data : {"n2", "n3", "n4", "n5", "n6"})
        news.publish({.data = data});
    time.run_until_idle();
    publish(news, "n7");
    client.resume_reading();
    time.run_until_idle();
    REQUIRE(client.events().size() == 7);
    CHECK(client.events()[3].type() == "tidings-reset");
    CHECK(client.events()[3].data().starts_with(R"({"reason":"overflowed")"));
    auto const got = data_of(client);
    CHECK(texts(got.begin(), got.begin() + 3) == texts{"n1", "o1", "o2"});
    CHECK(texts(got.begin() + 4, got.end()) == texts{"n5", "n6", "n7"});
}

// A topic that is new to the client begins where the list says. A client that comes from the stream of one
// topic resumes it, and is told of the others.
TEST_CASE_METHOD(list_fixture, "ids of other streams")
{
    publish(orders, "o1");
    auto const first = orders.position();
    publish(orders, "o2");
    publish(alerts, "a1");
    topic_list list;
    list.add(orders).add(alerts, from_oldest());
    stream with_one(time, following(list), coming_back_with("orders=" + first));
    CHECK(data_of(with_one) == texts{"o2", "a1"});
    stream of_one(time, following(list), coming_back_with(first));
    REQUIRE(of_one.events().size() == 2);
    CHECK(of_one.events()[0].data().starts_with(R"({"reason":"restarted")"));
    CHECK(of_one.events()[0].data().ends_with(R"("topic":"alerts & more"})"));
    CHECK(of_one.events()[1].data() == "o2");
}

// The stream ends when all its topics are closed.
TEST_CASE_METHOD(list_fixture, "one of several topics is closed")
{
    stream client(time, following(both()), request::get("/"));
    orders.close();
    publish(alerts, "a1");
    CHECK(data_of(client) == texts{"a1"});
    CHECK_FALSE(client.is_over());
    alerts.close();
    time.run_until_idle();
    CHECK(client.is_over());
}

// Of the closed topic exactly as much is left as is read at once.
TEST_CASE_METHOD(list_fixture, "one of several topics is closed behind many events")
{
    topic big({.name = "big"});
    topic_list list;
    list.add(big, from_oldest()).add(alerts);
    auto const fill_and_close = [&] {
        for (int i = 0; i < 64; ++i)
            big.publish({.data = "x"});
        big.close();
    };
    SECTION("before the client comes")
    {
        fill_and_close();
        stream client(time, following(list), request::get("/"));
        CHECK(client.events().size() == 64);
        publish(alerts, "a1");
        CHECK(client.events().size() == 65);
    }
    SECTION("while it follows")
    {
        stream client(time, following(list), request::get("/"));
        fill_and_close();
        time.run_until_idle();
        CHECK(client.events().size() == 64);
        CHECK(big.stats().lagging == 0);
        alerts.close();
        time.run_until_idle();
        CHECK(client.is_over());
    }
}

// A client that is too slow for one topic gets the other all the same.
TEST_CASE_METHOD(list_fixture, "no topic starves another")
{
    topic busy({.name = "busy"});
    topic_list list;
    list.add(busy).add(alerts);
    stream client(time, following(list), request::get("/"));
    client.stop_reading();
    publish(busy, "b");
    publish(alerts, "a1");
    for (int i = 0; i < 10; ++i) {
        for (int k = 0; k < 10; ++k)
            publish(busy, std::string(100, 'b'));
        client.stop_reading(500);
    }
    CHECK(std::ranges::count(data_of(client), "a1") == 1);
}

// Whatever throws on its way in, wherever, fails the handler and leaves nobody behind.
TEST_CASE_METHOD(list_fixture, "a follow that fails on its way in")
{
    auto const copies_left = std::make_shared<int>(1000);
    topic_list list;
    list.add(orders).add(alerts, from_newest(), copied_so_often(copies_left));
    int failures = 0;
    for (auto const begin : {follow_with_copies, attach_with_copies})
        for (int copies = 0;; ++copies) {
            stream client(time, std::bind_front(begin, &list, copies_left, copies), request::get("/"));
            if (!client.failure())
                break;
            ++failures;
            CHECK(orders.subscribers() == 0);
            CHECK(alerts.subscribers() == 0);
        }
    CHECK(failures > 0);
}

// Followers are sent away, come back and resume.
TEST_CASE_METHOD(list_fixture, "disconnect")
{
    stream one(time, following(orders), request::get("/"));
    stream two(time, following(both()), request::get("/"));
    publish(orders, "o1");
    CHECK(orders.disconnect() == 2);
    time.run_until_idle();
    CHECK(one.is_over());
    CHECK(one.comments() == texts{"disconnected"});
    CHECK(two.is_over());
    CHECK(one.text().find(";finished") == std::string::npos);
    CHECK(orders.subscribers() == 0);
    CHECK(alerts.subscribers() == 0);
    stream back(time, following(orders), coming_back_with(one.events()[0].id()));
    publish(orders, "o2");
    CHECK(data_of(back) == texts{"o2"});
    CHECK(orders.disconnect() == 1);
}

// Comments reach those who follow, and have no id.
TEST_CASE_METHOD(list_fixture, "a comment for all")
{
    stream one(time, following(orders), request::get("/"));
    stream two(time, following(both()), request::get("/"));
    CHECK(orders.publish_comment("a\nb").receivers == 2);
    time.run_until_idle();
    for (stream* each : {&one, &two}) {
        CHECK(each->comments() == texts{"a", "b"});
        CHECK(each->text().ends_with("\n\n: a\n: b\n\n"));
    }
}

// So does the time to wait before reconnecting.
TEST_CASE_METHOD(list_fixture, "a retry time for all")
{
    stream client(time, following(orders), request::get("/"));
    CHECK(orders.publish_retry(1500ms).receivers == 1);
    time.run_until_idle();
    CHECK(client.text().ends_with("\n\nretry: 1500\n\n"));
    CHECK(client.events().empty());
    CHECK_THROWS_AS(orders.publish_retry(-1ms), std::invalid_argument);
}

TEST_CASE_METHOD(list_fixture, "lists that cannot be followed")
{
    topic_list list;
    list.add(orders);
    CHECK_THROWS_AS(list.add(topic({.name = "orders"})), std::invalid_argument);
    stream client(time, following(topic_list()), request::get("/"));
    CHECK(client.failure());
}
