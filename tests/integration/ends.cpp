// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/stream_socket.hpp>
#include <tidings/testing/client.hpp>

#include "one_route.hpp"
#include "support/ends_in_memory.hpp"
#include "support/ends_line.hpp"
#include "support/server_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::end_reason;
using tidings::server_stats;
using tidings::testing::client;

namespace {

/// A file whose bytes no socket's buffers hold.
class large_file
{
public:
    large_file() : path(std::filesystem::temp_directory_path() / fmt::format("tidings-ends-{}", ::getpid()))
    {
        std::ofstream(path) << std::string(ended_handlers::much, 'x');
    }
    ~large_file() { std::filesystem::remove(path); }
    large_file(large_file const&) = delete;
    large_file& operator=(large_file const&) = delete;

    std::filesystem::path const path;
};

/// What is kept of each record.
struct kept_end
{
    end_reason reason;
    std::optional<tidings::cut_reason> cut;
    bool is_stream;
};

class kept_ends
{
public:
    void add(tidings::stream_end const& over)
    {
        std::lock_guard const guard(lock_);
        all_.push_back({over.reason, over.cut, over.is_stream});
    }
    std::vector<kept_end> all() const
    {
        std::lock_guard const guard(lock_);
        return all_;
    }

private:
    mutable std::mutex lock_;
    std::vector<kept_end> all_;
};

tidings::server_options options_for(end_row const& row, kept_ends& kept)
{
    auto options = options_for_ends();
    options.on_stream_end = [&kept](tidings::stream_end const& over) { kept.add(over); };
    if (row.how == leaving::half_closes) // a hundred of them take their answers one after the other
        options.write_timeout = 30s;
    return options;
}

/// A row of the table at work over sockets: a server, and clients of one kind that come and leave.
class socket_row
{
public:
    socket_row(end_row expected, std::string_view version, std::size_t count, large_file const& file)
        : row(expected), handlers_(file.path),
          fixture(handlers_.handler_for(row.what), options_for(row, kept_))
    {
        for (std::size_t i = 0; i < count; ++i) {
            clients_.push_back(fixture.connect({.receive_buffer = is_under_way(row.what) ? 4096 : 0}));
            clients_.back().send(fmt::format("GET / HTTP/{}\r\nHost: a\r\n\r\n", version));
            if (is_open_stream(row.what) || is_under_way(row.what))
                REQUIRE(clients_.back().read_head().status() == 200);
        }
        REQUIRE(fixture.wait_for_stats([&](server_stats const& now) { return now.requests == count; }));
        if (row.what == doing::stream_handed_over)
            REQUIRE(fixture.wait_for_stats(no_handler_is_left));
        lines_before_ = fixture.log().size();
    }

    void leave()
    {
        began_ = tidings::clock::now();
        for (auto& each : clients_)
            switch (row.how) {
            case leaving::closes:
                each.close();
                break;
            case leaving::resets:
                each.reset();
                break;
            case leaving::half_closes:
                each.half_close();
                break;
            case leaving::vanishes:
                each.vanish();
                break;
            }
    }

    // Notes who has ended by now; true when all have. In milliseconds since they began to leave.
    bool look()
    {
        std::chrono::duration<double, std::milli> const passed = tidings::clock::now() - began_;
        std::size_t done = 0;
        if (row.what == doing::stream_handed_over)
            done = clients_.size() - handlers_.news().subscribers();
        else
            done = static_cast<std::size_t>(
                std::ranges::count_if(handlers_.contexts(), [](auto const& each) { return each.is_done(); }));
        times_.resize(std::max(done, times_.size()), passed.count());
        return times_.size() == clients_.size();
    }

    // Of those that are never to end: that they have been asked, and stay.
    void check_that_they_stay()
    {
        for (auto& each : clients_)
            CHECK(each.read_until(": ping\n\n").ends_with(": ping\n\n"));
        CHECK_FALSE(look());
        CHECK(times_.empty());
        CHECK(kept_.all().empty());
    }

    // Each has exactly one record, with the reason for which it is counted.
    void check_records() const
    {
        auto const kept = kept_.all();
        CHECK(kept.size() == clients_.size());
        for (auto const& each : kept) {
            CHECK(each.reason == (row.count == counted_as::nothing ? end_reason::handler_returned
                                                                   : end_reason::client_gone));
            CHECK(each.cut.has_value() == (row.count == counted_as::write_timeout));
            if (is_open_stream(row.what))
                CHECK(each.is_stream);
        }
    }

    void check()
    {
        CAPTURE(to_string(row.what), to_string(row.how), fixture.log());
        if (row.when == ends::never)
            return check_that_they_stay();
        REQUIRE(times_.size() == clients_.size());
        std::size_t const all = clients_.size();
        if (row.how == leaving::half_closes) // until then the requests have not ended
            for (auto& each : clients_)
                check_answer(each);
        CHECK(fixture.wait_for_stats([&](server_stats const& now) {
            return now.clients_gone == (row.count == counted_as::client_gone ? all : 0) &&
                   now.write_timeouts == (row.count == counted_as::write_timeout ? all : 0);
        }));
        std::size_t const logged = std::min<std::size_t>(all, 10); // as many as the log takes of a kind
        CHECK(fixture.count_logged("took nothing within the write timeout") ==
              (row.count == counted_as::write_timeout ? logged : 0));
        CHECK(fixture.count_logged("has vanished") == (row.when == ends::by_probes ? logged : 0));
        if (row.what != doing::stream_handed_over)
            for (auto const& each : handlers_.contexts())
                CHECK(each.reason() == end_reason::client_gone);
        if (row.how != leaving::half_closes)
            CHECK(fixture.wait_for_stats(nothing_is_left));
        CHECK(fixture.wait_for_stats([&](server_stats const&) { return kept_.all().size() >= all; }));
        check_records();
    }

    std::string line()
    {
        auto const now = fixture.stats();
        auto const log = fixture.log();
        return line_of(row, {.times = times_,
                             .clients_gone = now.clients_gone,
                             .write_timeouts = now.write_timeouts,
                             .log = log.size() == lines_before_ ? std::string() : log.back()});
    }

    end_row const row;

private:
    kept_ends kept_;
    ended_handlers handlers_;

public:
    one_route fixture;

private:
    void check_answer(client& of)
    {
        if (!is_under_way(row.what))
            CHECK(of.read_head().status() == 200);
        int const wide = 1 << 20; // from now on it is not to be slow
        ::setsockopt(of.native_handle(), SOL_SOCKET, SO_RCVBUF, &wide, sizeof wide);
        auto const body = of.read_body();
        CHECK(of.is_body_complete());
        if (row.what == doing::plain_waiting)
            CHECK(body == "late");
        if (is_under_way(row.what) || row.what == doing::file_waiting)
            CHECK(body.size() == ended_handlers::much);
    }

    std::vector<client> clients_;
    std::size_t lines_before_ = 0;
    tidings::time_point began_;
    std::vector<double> times_;
};

// All rows at once. Clients that have half-closed take what they are answered as soon as it comes.
void run(std::vector<std::unique_ptr<socket_row>>& rows)
{
    std::vector<socket_row*> left;
    for (auto const& each : rows) {
        each->leave();
        left.push_back(each.get());
    }
    while (!left.empty()) {
        std::vector<socket_row*> over;
        auto const look_at_all = [&](server_stats const&) {
            std::ranges::copy_if(left, std::back_inserter(over), [](socket_row* each) {
                return each->look() || each->row.when == ends::never;
            });
            return !over.empty();
        };
        REQUIRE(rows.front()->fixture.wait_for_stats(look_at_all, 30s));
        for (auto* const each : over) {
            each->check();
            std::erase(left, each);
        }
    }
}

// Each client of its own handler, in virtual time.
seen_ends end_in_memory(end_row const& row, std::size_t clients)
{
    CAPTURE(to_string(row.what), to_string(row.how));
    seen_ends seen;
    for (std::size_t i = 0; i < clients; ++i) {
        memory_row served(row.what);
        served.leave(row.how);
        auto const ended = served.time_of_end();
        CHECK(ended.has_value() == (row.when != ends::never));
        if (!ended)
            continue;
        seen.times.push_back(std::chrono::duration<double, std::milli>(*ended).count());
        bool const is_cut = served.client.why_cut() == tidings::cut_reason::write_timeout;
        ++(is_cut ? seen.write_timeouts : seen.clients_gone);
        if (is_cut)
            seen.log = "cut by the write timeout";
    }
    std::ranges::sort(seen.times);
    CHECK(seen.clients_gone == (row.count == counted_as::client_gone ? clients : 0));
    CHECK(seen.write_timeouts == (row.count == counted_as::write_timeout ? clients : 0));
    return seen;
}

} // namespace

// Every row of the table, over sockets, as in memory: when a context ends, why, how it is counted, and what
// the log says.
TEST_CASE("the table of ends over sockets")
{
    large_file const file;
    std::vector<std::unique_ptr<socket_row>> rows;
    for (auto const* const version : {"1.1", "1.0"})
        for (auto const& row : table_of_ends)
            rows.push_back(std::make_unique<socket_row>(row, version, 1, file));
    run(rows);
}

// The same with a hundred clients a row, one row after the other, over sockets and in memory; prints how each
// row ended.
TEST_CASE("the table of ends with a hundred clients a row", "[long]")
{
    constexpr std::size_t clients = 100;
    large_file const file;
    for (auto const* const version : {"1.1", "1.0"}) {
        fmt::print("HTTP/{}\n", version);
        for (auto const& row : table_of_ends) {
            std::vector<std::unique_ptr<socket_row>> one;
            one.push_back(std::make_unique<socket_row>(row, version, clients, file));
            run(one);
            fmt::print("{}\n", one.front()->line());
        }
    }
    fmt::print("in memory\n");
    for (auto const& row : table_of_ends)
        if (!is_under_way(row.what))
            fmt::print("{}\n", line_of(row, end_in_memory(row, clients)));
}
