// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/service/internal/local_socket.hpp>

#include "support/scratch_folder.hpp"

#include <boost/system/system_error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>

using namespace std::chrono_literals;
using namespace tidings::internal;
using Catch::Matchers::ContainsSubstring;
using tidings::test::scratch_folder;

namespace {

struct connected
{
    scratch_folder folder;
    std::string path = folder.file("calls.sock");
    call_socket calls = listen_at(path);
    std::optional<caller> near = call(path);
    std::optional<caller> far = accept_call(calls.socket.descriptor());
};

} // namespace

TEST_CASE("one process calls another, and both know whom they speak to")
{
    connected both;
    REQUIRE(both.near);
    REQUIRE(both.far);
    CHECK(both.near->process == ::getpid());
    CHECK(both.near->is_same_user);
    CHECK(both.far->is_same_user);
    struct stat found{};
    REQUIRE(::stat(both.path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777u) == 0600);
}

// Also where the permissions of the file would let it in.
TEST_CASE("a caller of another user is known as that")
{
    if (::geteuid() != 0)
        SKIP("only root can call as somebody else");
    scratch_folder const folder;
    std::string const path = folder.file("calls.sock");
    auto const calls = listen_at(path);
    std::filesystem::permissions(folder.file(""), std::filesystem::perms(0755));
    std::filesystem::permissions(path, std::filesystem::perms(0666));
    REQUIRE(::seteuid(65534) == 0);
    auto const near = call(path);
    REQUIRE(::seteuid(0) == 0);
    auto const far = accept_call(calls.socket.descriptor());
    REQUIRE(far);
    CHECK_FALSE(far->is_same_user);
    CHECK_FALSE(near->is_same_user); // of the one that listens
}

TEST_CASE("messages keep their borders, and descriptors go along")
{
    connected both;
    int const from = both.far->socket.descriptor();
    CHECK_FALSE(receive_message(from).received);
    CHECK_FALSE(receive_message(from).is_over);
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    CHECK(send_message(both.near->socket.descriptor(), "one", ends));
    CHECK(send_message(both.near->socket.descriptor(), "two"));
    CHECK(wait_for_message(from, 1s));
    auto const first = receive_message(from);
    REQUIRE(first.received);
    CHECK(first.received->text == "one");
    REQUIRE(first.received->sockets.size() == 2);
    int const copy = first.received->sockets[1].descriptor();
    CHECK((::fcntl(copy, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(::write(copy, "x", 1) == 1);
    char got = 0;
    CHECK(::read(ends[0], &got, 1) == 1);
    CHECK(receive_message(from).received->text == "two");
    CHECK_FALSE(wait_for_message(from, 1ms));
    both.near.reset();
    CHECK(receive_message(from).is_over);
    CHECK_FALSE(send_message(from, "three"));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("nobody is called where nobody listens")
{
    scratch_folder const folder;
    std::string const path = folder.file("calls.sock");
    CHECK_FALSE(call(path));
    (void)listen_at(path); // it leaves its file behind
    CHECK(std::filesystem::exists(path));
    CHECK_FALSE(call(path));
    auto const again = listen_at(path);
    CHECK(call(path));
    CHECK_THROWS_WITH(listen_at(path), ContainsSubstring(path) && ContainsSubstring("in use"));
}

TEST_CASE("a path that cannot be called is named")
{
    scratch_folder const folder;
    CHECK_THROWS_WITH(call(std::string(108, 'a')), ContainsSubstring("aaa"));
    std::string const plain = folder.file("plain");
    std::ofstream(plain) << "text";
    CHECK_THROWS_AS(listen_at(plain), boost::system::system_error);
    CHECK(std::filesystem::file_size(plain) == 4);
    CHECK_THROWS_WITH(listen_at(folder.file("no/folder")), ContainsSubstring("no/folder"));
}

TEST_CASE("only its own file is removed")
{
    scratch_folder const folder;
    std::string const path = folder.file("calls.sock");
    auto const first = listen_at(path);
    std::filesystem::rename(path, path + ".kept"); // so that the next file has another number
    auto const second = listen_at(path);
    remove_file(path, first.file);
    CHECK(std::filesystem::exists(path));
    remove_file(path, second.file);
    CHECK_FALSE(std::filesystem::exists(path));
}

// systemd uses both kinds of address.
TEST_CASE("a datagram reaches a socket with a file, and one without")
{
    scratch_folder const folder;
    std::string const file = folder.file("notify.sock");
    for (std::string const& name : {file, "@tidings-" + std::to_string(::getpid())}) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path, sizeof address.sun_path - 1);
        bool const has_file = name == file;
        if (!has_file)
            address.sun_path[0] = '\0';
        stream_socket const to(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        CHECK(send_datagram(name, "x") == (has_file ? ENOENT : ECONNREFUSED));
        auto const size =
            static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (has_file ? 1 : 0));
        REQUIRE(::bind(to.descriptor(), reinterpret_cast<sockaddr const*>(&address), size) == 0);
        CHECK(send_datagram(name, "READY=1") == 0);
        std::array<char, 32> text{};
        CHECK(::recv(to.descriptor(), text.data(), text.size(), MSG_DONTWAIT) == 7);
        CHECK(std::string(text.data()) == "READY=1");
    }
}
