// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/listening_socket.hpp>
#include <tidings/net/service/internal/found_socket.hpp>

#include "support/scratch_folder.hpp"

#include <boost/system/system_error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <fcntl.h>
#include <filesystem>

using namespace tidings;
using namespace tidings::internal;
using Catch::Matchers::ContainsSubstring;

namespace {

listening_socket open(endpoint const& where)
{
    return listening_socket(where, 8, {});
}

stream_socket copy_of(listening_socket const& of)
{
    return stream_socket(::fcntl(of.descriptor(), F_DUPFD_CLOEXEC, 0));
}

} // namespace

TEST_CASE("a socket is found by where it listens")
{
    auto const tcp = open({.port = 0});
    std::uint16_t const port = tcp.port();
    CHECK(listens_at(tcp.descriptor(), {.port = port}));
    CHECK(listens_at(tcp.descriptor(), {.port = 0}));
    CHECK_FALSE(listens_at(tcp.descriptor(), {.port = static_cast<std::uint16_t>(port + 1)}));
    CHECK_FALSE(listens_at(tcp.descriptor(), {.host = "0.0.0.0", .port = port}));
    CHECK_FALSE(listens_at(tcp.descriptor(), {.host = "not an address", .port = port}));
    CHECK_FALSE(listens_at(tcp.descriptor(), {.unix_socket = "/a"}));

    test::scratch_folder const folder;
    std::string const path = folder.file("http.sock");
    auto const local = open({.unix_socket = path});
    CHECK(listens_at(local.descriptor(), {.unix_socket = path}));
    CHECK_FALSE(listens_at(local.descriptor(), {.unix_socket = path + "2"}));
}

TEST_CASE("a descriptor that no server can accept from is told from others")
{
    auto const tcp = open({.port = 0});
    CHECK(why_not_listening(tcp.descriptor()).empty());
    CHECK(why_not_listening(999'999) == "is not open");
    stream_socket const file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    CHECK(why_not_listening(file.descriptor()) == "is not a socket");
    stream_socket const datagrams(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    CHECK_THAT(why_not_listening(datagrams.descriptor()), ContainsSubstring("ListenStream"));
    stream_socket const idle(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK_THAT(why_not_listening(idle.descriptor()), ContainsSubstring("Accept=no"));
}

TEST_CASE("a socket that listens already is taken once, and its file goes with it")
{
    test::scratch_folder const folder;
    std::string const path = folder.file("http.sock");
    auto first = open({.unix_socket = path});
    auto const where = with_socket({.unix_socket = path}, copy_of(first), true);
    first.leave_file();
    first.close();
    CHECK(std::filesystem::exists(path));
    {
        auto const second = open(where);
        CHECK(listens_at(second.descriptor(), {.unix_socket = path}));
        CHECK_THROWS_WITH(open(where), ContainsSubstring(path) && ContainsSubstring("taken"));
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

// systemd's files are its own.
TEST_CASE("the file of a socket that was lent stays")
{
    test::scratch_folder const folder;
    std::string const path = folder.file("http.sock");
    auto owner = open({.unix_socket = path});
    {
        auto const lent = open(with_socket({.unix_socket = path}, copy_of(owner), false));
    }
    CHECK(std::filesystem::exists(path));
}
