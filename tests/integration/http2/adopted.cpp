// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/http2/http2.hpp>

#include "../handlers.hpp"
#include "../one_route.hpp"
#include "raw_peer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace asio = boost::asio;
using namespace tidings::test;
using asio::ip::tcp;

// Wherever in what the client begins with the application has stopped reading.
TEST_CASE("HTTP/2: an adopted connection is served, whatever was read from it")
{
    constexpr std::size_t preface_and_settings = 24 + 9;
    asio::io_context io;
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    one_route fixture(send_one);
    for (std::size_t read = 0; read <= preface_and_settings; ++read) {
        raw_peer client(acceptor.local_endpoint().port());
        tcp::socket accepted = acceptor.accept();
        std::string already_read(read, '\0');
        asio::read(accepted, asio::buffer(already_read));
        fixture.routes().adopt(std::move(accepted), std::move(already_read),
                               {.http2 = tidings::http2({.prior_knowledge = true})});
        client.ask(1, "/");
        INFO("read before: " << read);
        REQUIRE(client.read_until(1, "data: one\n\n"));
    }
}
