// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/stream_socket.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <catch2/catch_test_macros.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <limits>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::duration;
using tidings::internal::prepare;
using tidings::internal::probes_of;
using tidings::internal::stream_socket;
using tidings::internal::unacknowledged_limit;

namespace {

int option_of(int descriptor, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;
    REQUIRE(::getsockopt(descriptor, level, name, &value, &size) == 0);
    return value;
}

} // namespace

// The comments of a stream come before the kernel's first probe, so that an open stream is never probed; and
// a peer that vanished is found within 35 s, with the defaults.
TEST_CASE("when a silent peer is probed")
{
    CHECK(probes_of(15s).silence == 20s);
    CHECK(probes_of(15s).worst() == 35s);
    CHECK(probes_of(1s).silence == 2s);
    CHECK(probes_of(1s).worst() == 5s);
    for (duration const keep_alive : {duration(1), duration(1ms), duration(999ms), duration(15s)}) {
        CHECK(probes_of(keep_alive).silence > keep_alive);
        CHECK(probes_of(keep_alive).interval >= 1s);
    }
    // Without comments, or with rare ones, it is as with the default.
    for (duration const keep_alive : {duration(-1), duration(0), duration(1h), duration::max()})
        CHECK(probes_of(keep_alive).worst() == 35s);
}

// What is sent to an open stream is to be acknowledged within the write timeout, in whole milliseconds and at
// least one; where the probes come first, not before they have all gone unanswered.
TEST_CASE("how long a peer need not acknowledge")
{
    CHECK(unacknowledged_limit(15s, 10s) == 10s);
    CHECK(unacknowledged_limit(15s, 1ns) == 1ms);
    CHECK(unacknowledged_limit(0s, 10s) == 35s);
    CHECK(unacknowledged_limit(1h, 10s) == 35s);
    CHECK(unacknowledged_limit(1h, 60s) == 60s);
    for (duration const off : {duration(-1), duration(0)})
        CHECK(unacknowledged_limit(15s, off) == 0s);
    CHECK(unacknowledged_limit(15s, duration::max()) > 49 * 24h);
}

// The options of a listening socket go for what it accepts, and a time that the kernel cannot hold does not
// wrap round into a short one.
TEST_CASE("the options of sockets")
{
    asio::io_context io;
    asio::ip::tcp::acceptor listening(io, {asio::ip::address_v4::loopback(), 0});
    prepare(listening.native_handle(), probes_of(15s));
    asio::ip::tcp::socket near(io);
    near.connect(listening.local_endpoint());
    auto accepted = listening.accept();
    int const of = accepted.native_handle();
    CHECK(option_of(of, IPPROTO_TCP, TCP_NODELAY) != 0);
    CHECK(option_of(of, SOL_SOCKET, SO_KEEPALIVE) != 0);
    CHECK(option_of(of, IPPROTO_TCP, TCP_KEEPIDLE) == 20);
    CHECK(option_of(of, IPPROTO_TCP, TCP_KEEPINTVL) == 5);
    CHECK(option_of(of, IPPROTO_TCP, TCP_KEEPCNT) == 3);
    CHECK(option_of(of, IPPROTO_TCP, TCP_USER_TIMEOUT) == 0);

    stream_socket const socket(accepted.release());
    socket.limit_unacknowledged(10s);
    CHECK(option_of(of, IPPROTO_TCP, TCP_USER_TIMEOUT) == 10'000);
    socket.limit_unacknowledged(50 * 24h);
    CHECK(option_of(of, IPPROTO_TCP, TCP_USER_TIMEOUT) == std::numeric_limits<int>::max());
    socket.limit_unacknowledged(unacknowledged_limit(15s, duration::max()));
    CHECK(option_of(of, IPPROTO_TCP, TCP_USER_TIMEOUT) == std::numeric_limits<int>::max());
    socket.limit_unacknowledged({});
    CHECK(option_of(of, IPPROTO_TCP, TCP_USER_TIMEOUT) == 0);
}
