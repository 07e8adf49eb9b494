// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/shared_state.hpp>
#include <tidings/stream/log.hpp>

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <array>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <string_view>

using tidings::log_level;
using tidings::log_to_stderr;

namespace {

/// The standard error output leads to a descriptor while this lives.
class diverted_stderr
{
public:
    explicit diverted_stderr(int to) : kept_(::dup(STDERR_FILENO)) { ::dup2(to, STDERR_FILENO); }
    ~diverted_stderr()
    {
        ::dup2(kept_, STDERR_FILENO);
        ::close(kept_);
    }
    diverted_stderr(diverted_stderr const&) = delete;
    diverted_stderr& operator=(diverted_stderr const&) = delete;

private:
    int kept_;
};

/// What was written to the standard error output meanwhile, write by write.
class kept_stderr
{
public:
    kept_stderr() { REQUIRE(::pipe2(ends_.data(), O_CLOEXEC | O_DIRECT | O_NONBLOCK) == 0); }
    ~kept_stderr()
    {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    kept_stderr(kept_stderr const&) = delete;
    kept_stderr& operator=(kept_stderr const&) = delete;

    int descriptor() const { return ends_[1]; }
    std::string next_write() const
    {
        std::array<char, 4096> bytes;
        auto const count = ::read(ends_[0], bytes.data(), bytes.size());
        return {bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

} // namespace

// Warnings and errors alone, each line in one piece, so that those of several threads do not mix.
TEST_CASE("the log on the standard error output")
{
    kept_stderr const kept;
    {
        diverted_stderr const diverted(kept.descriptor());
        for (auto const level : {log_level::debug, log_level::info, log_level::warning, log_level::error})
            log_to_stderr(level, "it is late");
    }
    CHECK(kept.next_write() == "tidings: warning: it is late\n");
    CHECK(kept.next_write() == "tidings: error: it is late\n");
    CHECK(kept.next_write().empty());
}

// A full disk behind it is no reason for a server to end.
TEST_CASE("a standard error output that cannot be written")
{
    int const full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    {
        diverted_stderr const diverted(full);
        CHECK_NOTHROW(log_to_stderr(log_level::error, "x"));
    }
    ::close(full);
}

// A hook that throws reaches none of those who log, and its message is not lost.
TEST_CASE("the message of a hook that throws goes to the standard error output")
{
    tidings::server_options options;
    options.log = [](log_level, std::string_view) { throw std::runtime_error("no space is left"); };
    tidings::detail::shared_state const shared(options);
    kept_stderr const kept;
    {
        diverted_stderr const diverted(kept.descriptor());
        CHECK_NOTHROW(shared.log(log_level::error, "a handler failed"));
    }
    CHECK(kept.next_write() == "tidings: error: a handler failed\n");
}
