// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/listening_socket.hpp>

#include <boost/system/system_error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

using Catch::Matchers::ContainsSubstring;
using tidings::endpoint;
using tidings::internal::listening_socket;
namespace fs = std::filesystem;

namespace {

std::string const path = fs::temp_directory_path() / ("listening-" + std::to_string(::getpid()) + ".sock");

listening_socket listen(endpoint const& where)
{
    return listening_socket(where, 8, {});
}

/// Who runs the tests may be allowed everything: what the file says is looked at, and not what works.
unsigned permissions()
{
    struct stat found{};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 0777u;
}

} // namespace

// Connecting needs the permission to write, which the umask commonly leaves to the owner alone.
TEST_CASE("the file of a unix socket has the permissions that are asked for")
{
    auto const before = ::umask(077);
    {
        auto const open_to_all = listen({.unix_socket = path, .unix_mode = 0666});
        CHECK(permissions() == 0666);
    }
    {
        auto const as_the_umask_says = listen({.unix_socket = path});
        CHECK(permissions() == 0700);
    }
    ::umask(before);
    CHECK_FALSE(fs::exists(path));
}

// 660 is what somebody writes who means 0660.
TEST_CASE("permissions that are none are refused")
{
    CHECK_THROWS_WITH(listen({.unix_socket = path, .unix_mode = 660}),
                      ContainsSubstring("endpoint::unix_mode") && ContainsSubstring("octal") &&
                          ContainsSubstring(path));
    CHECK_FALSE(fs::exists(path));
}

// The kernel's address has room for 107 bytes, and ends at a zero byte: the socket would be elsewhere.
TEST_CASE("a path that is no address of a unix socket is refused")
{
    std::string const longest =
        fs::temp_directory_path() / std::string(106 - fs::temp_directory_path().string().size(), 'x');
    CHECK_NOTHROW(listen({.unix_socket = longest}));
    CHECK_THROWS_WITH(listen({.unix_socket = longest + "x"}),
                      ContainsSubstring("at most 107 bytes") && ContainsSubstring("has 108"));
    CHECK_THROWS_AS(listen({.unix_socket = std::string("/tmp/\0x", 7)}), boost::system::system_error);
}

TEST_CASE("a host that is no address is refused")
{
    CHECK_THROWS_WITH(listen({.host = "localhost"}), ContainsSubstring("endpoint::host must be an address") &&
                                                         ContainsSubstring("localhost"));
}
