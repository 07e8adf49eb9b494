// SPDX-License-Identifier: BSL-1.0
#include "connected_pair.hpp"
#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using namespace tidings::test;
using asio::ip::tcp;

namespace {

constexpr std::string_view last_request =
    "GET / HTTP/1.1\r\nHost: example\r\nX-Of-Two-Lines: yes\r\nConnection: close\r\n\r\n";

template <typename Socket>
std::string all_of(Socket& from)
{
    std::string text;
    boost::system::error_code ended;
    asio::read(from, asio::dynamic_buffer(text), ended);
    return text;
}

bool has_one_event(std::string const& answer)
{
    return answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.find("data: one\n\n") != answer.npos;
}

} // namespace

// Wherever the application has stopped reading, in front of the request and behind it too.
TEST_CASE("an adopted connection is served, whatever was read from it")
{
    asio::io_context io;
    one_route fixture(send_one);
    for (std::size_t read = 0; read <= last_request.size(); ++read) {
        auto [near, far] = connected_pair(io);
        asio::write(near, asio::buffer(last_request.substr(read)));
        fixture.routes().adopt(std::move(far), std::string(last_request.substr(0, read)));
        INFO("read before: " << read);
        REQUIRE(has_one_event(all_of(near)));
    }
    CHECK(fixture.stats().accepted == last_request.size() + 1);
}

TEST_CASE("a unix socket is adopted")
{
    asio::io_context io;
    one_route fixture(send_one);
    asio::local::stream_protocol::socket near(io), far(io);
    asio::local::connect_pair(near, far);
    asio::write(near, asio::buffer(last_request));
    fixture.routes().adopt(std::move(far));
    CHECK(has_one_event(all_of(near)));
}

TEST_CASE("a socket that is not open is not adopted")
{
    asio::io_context io;
    one_route fixture(send_one);
    auto const says_why = Catch::Matchers::MessageMatches(
        Catch::Matchers::ContainsSubstring("needs a socket that is open and connected"));
    CHECK_THROWS_MATCHES(fixture.routes().adopt(tcp::socket(io)), std::invalid_argument, says_why);
    CHECK_THROWS_MATCHES(fixture.routes().adopt(tcp::socket(io), {}, [](tcp::socket, std::string const&) {}),
                         std::invalid_argument, says_why);
}

TEST_CASE("a server that has stopped closes what it is to adopt")
{
    asio::io_context io;
    one_route fixture(send_one);
    fixture.stop();
    auto [near, far] = connected_pair(io);
    fixture.routes().adopt(std::move(far));
    CHECK(all_of(near).empty());
}
