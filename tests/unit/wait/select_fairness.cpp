// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/channel.hpp>
#include <tidings/wait/select.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstddef>
#include <vector>

namespace asio = boost::asio;
using tidings::channel;
using tidings::context;
using tidings::select;
using tidings::test::virtual_loop;

namespace {

using counts = std::array<int, 3>;

asio::awaitable<void> count_winners(context ctx, channel<int> a, channel<int> b, channel<int> c, bool ordered,
                                    bool in_step, int rounds, counts& won)
{
    for (int i = 0; i < rounds; ++i) {
        (void)a.try_send(1);
        (void)b.try_send(1);
        (void)c.try_send(1);
        if (in_step)
            co_await asio::post(asio::deferred);
        if (ordered) {
            auto next = co_await tidings::select_ordered(ctx, a, b, c);
            ++won.at(static_cast<std::size_t>(next.index()));
        } else {
            auto next = co_await select(ctx, a, b, c);
            ++won.at(static_cast<std::size_t>(next.index()));
        }
    }
}

} // namespace

// Among sources that are always ready none starves.
TEST_CASE("select gives every ready source its turn")
{
    virtual_loop at;
    channel<int> a(1), b(1), c(1);
    counts won{};
    at.start_coroutine(count_winners(at.root, a, b, c, false, false, 3000, won));
    at.settle();
    for (int const count : won)
        CHECK(count > 700);
}

// Nor when several coroutines that share a context take their turns in step.
TEST_CASE("select starves nobody when coroutines select in step")
{
    for (int const coroutines : {2, 3, 6, 16}) {
        virtual_loop at;
        std::vector<counts> won(static_cast<std::size_t>(coroutines));
        for (counts& each : won)
            at.start_coroutine(count_winners(at.root, channel<int>(1), channel<int>(1), channel<int>(1),
                                             false, true, 300, each));
        at.settle();
        for (counts const& each : won)
            for (int const count : each)
                CHECK(count > 40);
    }
}

// select_ordered prefers the leftmost, and starves the others: as documented.
TEST_CASE("select_ordered takes the leftmost ready source")
{
    virtual_loop at;
    channel<int> a(1), b(1), c(1);
    counts won{};
    at.start_coroutine(count_winners(at.root, a, b, c, true, false, 100, won));
    at.settle();
    CHECK(won == counts{100, 0, 0});
}
