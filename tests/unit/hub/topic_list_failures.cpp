// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic_list.hpp>

#include "list_fixture.hpp"
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

namespace {

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
    bool operator()(tidings::event_text const&, std::string_view) const { return true; }

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

TEST_CASE_METHOD(list_fixture, "lists that cannot be followed")
{
    topic_list list;
    list.add(orders);
    CHECK_THROWS_AS(list.add(topic({.name = "orders"})), std::invalid_argument);
    stream client(time, following(topic_list()), request::get("/"));
    CHECK(client.failure());
}
