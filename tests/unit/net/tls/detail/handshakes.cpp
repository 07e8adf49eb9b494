// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/handshakes.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace asio = boost::asio;
using tidings::detail::handshake;
using tidings::detail::handshakes;

namespace {

struct connecting final : handshake::user
{
    connecting(handshakes& among, std::size_t most) : own(std::make_unique<handshake>(among, *this, most)) {}
    void on_step() override
    {
        ++told;
        if (then)
            then();
    }

    std::unique_ptr<handshake> own;
    std::function<void()> then;
    int told = 0;
};

struct place
{
    asio::io_context io;
    handshakes all{tidings::internal::loop::of(io.get_executor()), io};
    std::vector<std::unique_ptr<connecting>> clients;

    void add(int count, std::size_t most = 100)
    {
        for (int i = 0; i != count; ++i)
            clients.push_back(std::make_unique<connecting>(all, most));
    }
};

} // namespace

// A crowd that comes at once takes a few steps in a row; between these rows others have their turn.
TEST_CASE("handshakes take few steps in one turn")
{
    place at;
    at.add(10);
    int steps = 0;
    for (auto const& each : at.clients) {
        each->then = [&steps, &own = *each->own] { steps += own.may_step(); };
        steps += each->own->may_step();
    }
    CHECK(steps == handshakes::steps_in_a_row);
    int others = 0;
    int steps_before_others = 0;
    asio::post(at.io, [&] {
        ++others;
        steps_before_others = steps;
    });
    at.io.poll();
    CHECK(steps == 10);
    CHECK(others == 1);
    CHECK(steps_before_others <= 2 * handshakes::steps_in_a_row);
}

// Who waits in line asks once, however often more of its input comes.
TEST_CASE("a handshake stands in line once")
{
    place at;
    at.add(1);
    auto& one = *at.clients.front();
    for (int i = 0; i != handshakes::steps_in_a_row; ++i)
        CHECK(one.own->may_step());
    CHECK_FALSE(one.own->may_step());
    CHECK_FALSE(one.own->may_step());
    at.io.poll();
    CHECK(one.told == 1);
    CHECK(one.own->may_step());
}

// A flood of handshakes that come to nothing pushes itself out: a newcomer always finds a place.
TEST_CASE("the oldest handshake gives way at the bound")
{
    place at;
    at.add(3, 2);
    CHECK(at.all.in_progress() == 2);
    CHECK(at.clients[0]->own->is_given_up());
    CHECK_FALSE(at.clients[1]->own->is_given_up());
    CHECK(at.clients[0]->told == 0); // not inside the accept of another
    at.io.poll();
    CHECK(at.clients[0]->told == 1);
    at.clients[1].reset();
    CHECK(at.all.in_progress() == 1);
}

// Whoever is told may end itself or others that wait.
TEST_CASE("a handshake may end while others are told")
{
    place at;
    at.add(handshakes::steps_in_a_row + 3);
    for (auto const& each : at.clients)
        (void)each->own->may_step();
    auto const waiting = at.clients.end() - 3;
    (*waiting)->then = [&] { (*(waiting + 1))->own.reset(); };
    at.io.poll();
    CHECK((*waiting)->told == 1);
    CHECK((*(waiting + 1))->told == 0);
    CHECK((*(waiting + 2))->told == 1);
}
