// SPDX-License-Identifier: BSL-1.0
#include <tidings/logging/logging.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using tidings::log_level;
using tidings::log_writer;

/// Keeps lines, without the time that they begin with.
auto keep_in(std::vector<std::string>& lines)
{
    return [&lines](std::string_view line) { lines.emplace_back(line.substr(line.find(' ') + 1)); };
}

constexpr tidings::stream_end a_request{
    .method = "GET", .path = "/", .status = 200, .reason = tidings::end_reason::handler_returned};

} // namespace

TEST_CASE("messages and requests are written in their order, the last ones at the end")
{
    std::vector<std::string> lines;
    {
        log_writer log({.sink = keep_in(lines)});
        log.messages()(log_level::warning, "one");
        log.requests()(a_request);
        log.messages()(log_level::debug, "two");
        log.lines()("as it is");
    }
    CHECK(lines == std::vector<std::string>{"warning one", "request GET / 200 0.000s", "debug two", "it is"});
}

TEST_CASE("a sink that blocks holds nobody up, and what found no room is reported behind what did")
{
    std::vector<std::string> lines;
    std::binary_semaphore may_write(0);
    std::latch is_writing(1);
    bool is_first = true;
    {
        log_writer log({.sink =
                            [&](std::string_view line) {
                                if (std::exchange(is_first, false)) {
                                    is_writing.count_down();
                                    may_write.acquire();
                                }
                                keep_in(lines)(line);
                            },
                        .queue_bytes = 100});
        auto const say = log.messages();
        say(log_level::info, "in the sink");
        is_writing.wait();
        say(log_level::info, "waits");
        for (int i = 0; i < 7; ++i)
            say(log_level::info, std::string(80, 'x'));
        say(log_level::info, "fits");
        CHECK(log.left_out() == 7);
        may_write.release();
    }
    CHECK(lines == std::vector<std::string>{"info in the sink", "info waits", "info fits",
                                            "warning 7 lines were left out of the log: there were too many, "
                                            "or they could not be written fast enough"});
}

TEST_CASE("a flood of requests is bounded, and messages are not part of it")
{
    std::vector<std::string> lines;
    std::uint64_t left_out = 0;
    {
        log_writer log({.sink = keep_in(lines), .requests_per_second = 2});
        auto const tell = log.requests();
        for (int i = 0; i < 1'000; ++i)
            tell(a_request);
        log.messages()(log_level::error, "a message");
        left_out = log.left_out();
    }
    // The second may have changed once in between.
    CHECK((left_out == 998 || left_out == 996));
    CHECK(std::ranges::count(lines, "error a message") == 1);
    CHECK(std::ranges::count(lines, "request GET / 200 0.000s") == std::ptrdiff_t(1'000 - left_out));
}

TEST_CASE("a line at which the sink throws is left out")
{
    std::latch is_over(1);
    log_writer log({.sink = [&](std::string_view line) {
        if (line.ends_with("first"))
            throw std::runtime_error("the disk is full");
        if (line.ends_with("second"))
            is_over.count_down();
    }});
    log.messages()(log_level::info, "first");
    log.messages()(log_level::info, "second");
    is_over.wait();
    CHECK(log.left_out() == 1);
}

TEST_CASE("what is said after the end of the writer is dropped")
{
    std::vector<std::string> lines;
    std::optional<tidings::log_hook> say;
    {
        log_writer log({.sink = keep_in(lines)});
        say = log.messages();
    }
    (*say)(log_level::error, "too late");
    CHECK(lines.empty());
}
