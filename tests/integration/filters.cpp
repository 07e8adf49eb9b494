// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_list.hpp>

#include "one_route.hpp"

#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

asio::awaitable<void> attach_all(topic_list topics, context, request const&, event_stream& out)
{
    topics.attach(out);
    co_return;
}

asio::awaitable<void> follow_all(topic_list topics, context ctx, request const&, event_stream& out)
{
    (void)co_await topics.follow(ctx, out);
}

/// A server on a loop of the test's, which a filter lets go of.
class released_server
{
public:
    asio::io_context io;
    std::unique_ptr<server> embedded =
        std::make_unique<server>(io, tidings::endpoint{.port = 0}, server_fixture::brisk());
    topic news{{.name = "news"}};
    topic other{{.name = "other"}};

    event_filter release()
    {
        return [this](event_text const&, std::string_view) {
            embedded.reset();
            return true;
        };
    }

    void run_until_released()
    {
        while (embedded && io.run_one_for(10s) > 0) {
        }
        CHECK_FALSE(embedded);
        io.run(); // nothing is left that would hold it up
        CHECK(news.subscribers() == 0);
        CHECK(other.subscribers() == 0);
    }
};

} // namespace

// A filter is a user's code, and may end anything, also the server whose stream it is asked for: with one
// topic and with several, attached and followed, for what is in the history and for what comes.
TEST_CASE_METHOD(released_server, "a filter lets go of the server")
{
    bool const has_history = GENERATE(false, true);
    bool const is_list = GENERATE(false, true);
    bool const is_attached = GENERATE(false, true);
    topic_list topics;
    topics.add(news, from_oldest(), release());
    if (is_list)
        topics.add(other, from_oldest());
    if (has_history)
        news.publish({.data = "a"});
    if (is_attached)
        embedded->get("/", std::bind_front(attach_all, topics));
    else
        embedded->get("/", std::bind_front(follow_all, topics));
    embedded->start();
    client asking(embedded->port());
    asking.get("/");
    while (!has_history && news.subscribers() == 0)
        io.run_one_for(10s);
    if (!has_history) {
        news.publish({.data = "a"});
        news.publish({.data = "b"});
    }
    run_until_released();
    asking.wait_for_end();
}

// The same when the connection asks for more, because its client has begun to read again.
TEST_CASE_METHOD(released_server, "a filter lets go of the server while a client catches up")
{
    bool is_due = false;
    auto const release_when_due = [&](event_text const&, std::string_view) {
        if (is_due)
            embedded.reset();
        return true;
    };
    topic large({.name = "large", .max_events = 100'000, .history_bytes = 1024 * 1024 * 1024});
    topic_list topics;
    topics.add(large, from_oldest(), release_when_due);
    embedded->get("/", std::bind_front(attach_all, topics));
    embedded->start();
    client asking(embedded->port());
    asking.get("/");
    while (large.subscribers() == 0)
        io.run_one_for(10s);
    while (large.stats().max_lag < 3) { // until the kernel takes no more
        large.publish({.data = std::string(100'000, 'x')});
        io.poll();
    }
    is_due = true;
    std::string bytes(1'000'000, '\0');
    while (embedded) {
        (void)::recv(asking.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        io.run_one_for(10ms);
    }
    run_until_released();
}
