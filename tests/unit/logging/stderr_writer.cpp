// SPDX-License-Identifier: BSL-1.0
#include <tidings/logging/detail/stderr_writer.hpp>

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>

namespace {

/// A pipe that nobody empties but a test.
struct pipe_ends
{
    pipe_ends() { REQUIRE(::pipe(ends.data()) == 0); }
    ~pipe_ends()
    {
        for (int const end : ends)
            ::close(end);
    }
    pipe_ends(pipe_ends const&) = delete;
    pipe_ends& operator=(pipe_ends const&) = delete;

    std::array<int, 2> ends{};
};

} // namespace

TEST_CASE("a text that is longer than a pipe is written in pieces, as it is read")
{
    pipe_ends const pipe;
    tidings::detail::stderr_writer out(pipe.ends[1]);
    std::string const text(1'000'000, 'x');
    bool is_written = false;
    std::thread writer([&] { is_written = out.write(text); });
    std::size_t read = 0;
    std::array<char, 10'000> some;
    while (read < text.size()) {
        auto const got = ::read(pipe.ends[0], some.data(), some.size());
        REQUIRE(got > 0);
        read += static_cast<std::size_t>(got);
    }
    writer.join();
    CHECK(is_written);
}

TEST_CASE("a pipe that takes nothing holds up the end of a program for a second at most")
{
    pipe_ends const pipe;
    tidings::detail::stderr_writer out(pipe.ends[1]);
    bool is_written = true;
    std::thread writer([&] { is_written = out.write(std::string(1'000'000, 'x')); });
    auto const since = std::chrono::steady_clock::now();
    out.hurry();
    writer.join();
    CHECK_FALSE(is_written);
    CHECK(std::chrono::steady_clock::now() - since >= std::chrono::milliseconds(900));
}
