// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/reactor.hpp>

#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using tidings::internal::reactor;
using tidings::internal::socket_readiness;

namespace {

// Both ends of a connection; the near one is watched.
class watched final : public reactor::user
{
public:
    watched() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()) == 0); }
    ~watched()
    {
        ::close(ends_[0]);
        close_far();
    }
    watched(watched const&) = delete;
    watched& operator=(watched const&) = delete;

    int near() const noexcept { return ends_[0]; }
    void send() const { REQUIRE(::send(ends_[1], "x", 1, 0) == 1); }
    void receive() const
    {
        char taken = 0;
        REQUIRE(::recv(ends_[0], &taken, 1, 0) == 1);
    }
    void half_close_far() const { REQUIRE(::shutdown(ends_[1], SHUT_WR) == 0); }
    void close_far()
    {
        if (ends_[1] >= 0)
            ::close(std::exchange(ends_[1], -1));
    }

    std::vector<socket_readiness> told;
    std::function<void()> then;

private:
    void on_ready(socket_readiness what) override
    {
        told.push_back(what);
        if (then)
            then();
    }

    std::array<int, 2> ends_{};
};

class watching
{
public:
    asio::io_context io;
    std::shared_ptr<reactor> watch = std::make_shared<reactor>(io);
    watched first;
    watched second;

    void add_both()
    {
        REQUIRE(watch->add(first.near(), first));
        REQUIRE(watch->add(second.near(), second));
    }

    void send_both() const
    {
        first.send();
        second.send();
    }

    void settle()
    {
        io.restart();
        io.poll();
    }
};

} // namespace

// Each change of input is told once; room to write only where that was asked for.
TEST_CASE_METHOD(watching, "a user is told once for each change")
{
    REQUIRE(watch->add(first.near(), first));
    settle();
    CHECK(first.told.empty());

    first.send();
    settle();
    settle(); // it has not read, and is not told again
    REQUIRE(first.told.size() == 1);
    CHECK(first.told[0].can_read);
    CHECK_FALSE(first.told[0].can_write);
    CHECK_FALSE(first.told[0].has_ended);

    first.send();
    settle();
    REQUIRE(first.told.size() == 2);
    CHECK(first.told[1].can_read);

    watch->watch_writing(first.near(), first);
    settle();
    REQUIRE(first.told.size() == 3);
    CHECK(first.told[2].can_write);
}

TEST_CASE_METHOD(watching, "input that came before the watch is told")
{
    first.send();
    REQUIRE(watch->add(first.near(), first));
    settle();
    REQUIRE(first.told.size() == 1);
    CHECK(first.told[0].can_read);
}

// Whoever listens is told again as long as somebody waits, for it may accept some only.
TEST_CASE_METHOD(watching, "a listener is told until nobody waits")
{
    first.then = [&, turns = 0]() mutable {
        if (++turns == 3)
            first.receive();
    };
    first.send();
    REQUIRE(watch->add_listening(first.near(), first));
    settle();
    CHECK(first.told.size() == 3);
}

TEST_CASE_METHOD(watching, "a peer that sends no more and one that is gone differ")
{
    add_both();
    first.half_close_far();
    second.close_far();
    settle();
    REQUIRE(first.told.size() == 1);
    CHECK(first.told[0].has_ended);
    CHECK_FALSE(first.told[0].has_hung_up);
    REQUIRE(second.told.size() == 1);
    CHECK(second.told[0].has_ended);
    CHECK(second.told[0].has_hung_up);
}

// Each removes the other: whoever is told first, the other one is not, though it was in the same batch.
TEST_CASE_METHOD(watching, "a user that was removed is not told")
{
    first.then = [&] { watch->remove(second.near(), second); };
    second.then = [&] { watch->remove(first.near(), first); };
    add_both();
    send_both();
    settle();
    CHECK(first.told.size() + second.told.size() == 1);
    send_both();
    settle();
    CHECK(first.told.size() + second.told.size() == 2);
}

TEST_CASE_METHOD(watching, "a user may remove itself")
{
    first.then = [&] { watch->remove(first.near(), first); };
    add_both();
    send_both();
    settle();
    first.send();
    settle();
    CHECK(first.told.size() == 1);
    CHECK(second.told.size() == 1);
}

// The system tells of a change once: what one user throws does not take the others' away.
TEST_CASE_METHOD(watching, "an exception of one user does not touch the others")
{
    bool has_thrown = false;
    auto const throw_once = [&] {
        if (!std::exchange(has_thrown, true))
            throw std::runtime_error("mine");
    };
    first.then = throw_once;
    second.then = throw_once;
    add_both();
    send_both();
    CHECK_THROWS_AS(settle(), std::runtime_error);
    settle();
    CHECK(first.told.size() == 1);
    CHECK(second.told.size() == 1);
    first.send();
    settle();
    CHECK(first.told.size() == 2);
}

TEST_CASE_METHOD(watching, "more sockets than one batch are all told")
{
    std::vector<std::unique_ptr<watched>> many;
    for (int i = 0; i < 300; ++i) {
        many.push_back(std::make_unique<watched>());
        REQUIRE(watch->add(many.back()->near(), *many.back()));
        many.back()->send();
    }
    settle();
    for (auto const& each : many)
        REQUIRE(each->told.size() == 1);
}

TEST_CASE_METHOD(watching, "a watch that has stopped lets the loop come to its end")
{
    add_both();
    settle();
    CHECK_FALSE(io.stopped());
    watch->stop();
    io.restart();
    io.run();
    first.send();
    settle();
    CHECK(first.told.empty());
}
