// SPDX-License-Identifier: BSL-1.0
// The table of ends over HTTP/2: whatever a handler does, and however its client leaves.
#include "support/ends.hpp"

#include <tidings/server/http2/http2.hpp>

#include "../one_route.hpp"
#include "raw_peer.hpp"
#include "support/scratch_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::end_reason;

namespace {

/// How a client leaves, or seems to.
enum class parting
{
    resets_stream,
    closes_connection,
    resets_connection,
    vanishes,     ///< its kernel acknowledges nothing any more
    falls_silent, ///< its kernel does
    says_goaway,
};

struct parting_row
{
    parting how;
    std::string_view name;
    ends when;
    counted_as count;
};

// The same for whatever the handler does, but that a client which takes nothing of an answer that is under
// way is found by the write timeout first.
constexpr std::array partings{
    parting_row{parting::resets_stream, "resets its stream", ends::at_once, counted_as::client_gone},
    parting_row{parting::closes_connection, "closes the connection", ends::at_once, counted_as::client_gone},
    parting_row{parting::resets_connection, "resets the connection", ends::at_once, counted_as::client_gone},
    parting_row{parting::vanishes, "vanishes", ends::by_write_timeout, counted_as::write_timeout},
    parting_row{parting::falls_silent, "falls silent", ends::by_probes, counted_as::client_gone},
    parting_row{parting::says_goaway, "says GOAWAY, and stays", ends::never, counted_as::nothing},
};

constexpr std::array all_doings{doing::stream_before_head, doing::stream_open,     doing::stream_handed_over,
                                doing::plain_waiting,      doing::plain_under_way, doing::file_waiting,
                                doing::file_under_way,     doing::long_poll};

class kept_records
{
public:
    void add(tidings::stream_end const& over)
    {
        std::lock_guard const guard(lock_);
        lines_.push_back(std::string(to_string(over.reason)) + (over.cut ? ", cut" : ""));
    }
    std::vector<std::string> all() const
    {
        std::lock_guard const guard(lock_);
        return lines_;
    }

private:
    mutable std::mutex lock_;
    std::vector<std::string> lines_;
};

tidings::server_options options_for(parting how, kept_records& kept)
{
    auto options = options_for_ends();
    options.listen = {{.http2 = tidings::http2({.prior_knowledge = true})}};
    options.on_stream_end = [&](tidings::stream_end const& over) { kept.add(over); };
    if (how == parting::vanishes || how == parting::falls_silent) {
        options.keep_alive = 300ms;
        options.write_timeout = 1s;
    } else {
        options.write_timeout = 30s; // whoever takes nothing has left
    }
    return options;
}

/// A server with one handler at work, whose client is about to leave.
class row_at_work
{
public:
    row_at_work(parting_row const& of, doing what, std::filesystem::path const& file)
        : row_(of), what_(what), handlers_(file),
          server_(handlers_.handler_for(what), options_for(of.how, kept_)), peer_(server_.port())
    {
        peer_.ask(1, "/");
        if (is_open_stream(what) || is_under_way(what))
            REQUIRE(peer_.read_until([&] { return peer_.of(1).status == "200"; }));
        REQUIRE(server_.wait_for_stats([](auto const& now) { return now.requests == 1; }));
        if (what == doing::stream_handed_over)
            REQUIRE(server_.wait_for_stats(no_handler_is_left));
    }

    void leave()
    {
        switch (row_.how) {
        case parting::resets_stream:
            return peer_.reset(1);
        case parting::closes_connection:
            return peer_.socket.close();
        case parting::resets_connection:
            return peer_.socket.reset();
        case parting::vanishes:
            return peer_.socket.vanish();
        case parting::falls_silent:
            peer_.answers_pings = false;
            return;
        case parting::says_goaway:
            return peer_.send(h2::frame(h2::goaway, 0, 0, h2::number(0) + h2::number(0)));
        }
    }

    void check()
    {
        CAPTURE(row_.name, to_string(what_));
        if (row_.when == ends::never) {
            CHECK(peer_.is_answered());
            CHECK(kept_.all().empty());
            return;
        }
        if (row_.how == parting::falls_silent)
            peer_.read_until([&] { return !peer_.of(1).reset.empty(); }); // or the connection ends
        bool const by_deadline = row_.how == parting::falls_silent && is_under_way(what_);
        bool const is_timeout = row_.count == counted_as::write_timeout || by_deadline;
        CHECK(server_.wait_for_stats([&](auto const& now) {
            return now.clients_gone == (is_timeout ? 0 : 1) && now.write_timeouts == (is_timeout ? 1 : 0) &&
                   now.handlers == 0 && now.streams == 0 && handlers_.contexts().at(0).is_done();
        }));
        if (what_ != doing::stream_handed_over)
            CHECK(handlers_.contexts().at(0).reason() == end_reason::client_gone);
        REQUIRE(server_.wait_for_stats([&](auto const&) { return !kept_.all().empty(); }));
        CHECK(kept_.all() == std::vector<std::string>{is_timeout ? "client gone, cut" : "client gone"});
        CHECK(server_.count_logged("took nothing within the write timeout") == (is_timeout ? 1 : 0));
        if (!by_deadline)
            CHECK(server_.count_logged("has vanished") == (row_.when == ends::by_probes ? 1 : 0));
        if (row_.how == parting::resets_stream || by_deadline) {
            CHECK(peer_.is_answered()); // the connection goes on
            CHECK(server_.stats().connections == 1);
        } else {
            CHECK(server_.wait_for_stats(nothing_is_left));
        }
    }

private:
    parting_row const row_;
    doing const what_;
    kept_records kept_;
    ended_handlers handlers_;
    one_route server_;
    raw_peer peer_;
};

} // namespace

// Each way of leaving ends the context of each kind of handler in its time, for its reason, which is counted,
// logged and recorded once.
TEST_CASE("HTTP/2: the table of ends")
{
    scratch_file const file(ended_handlers::much);
    for (auto const& row : partings) {
        std::vector<std::unique_ptr<row_at_work>> all; // those that take their time take it together
        all.reserve(all_doings.size());
        for (auto const what : all_doings)
            all.push_back(std::make_unique<row_at_work>(row, what, file.path));
        for (auto const& each : all)
            each->leave();
        for (auto const& each : all)
            each->check();
    }
}

// A client that says nothing any more is asked by one ping for all of its streams once it was silent for
// `keep_alive`, and is lost when it has not answered within `write_timeout`: not before, and soon after. One
// that answers stays.
TEST_CASE("HTTP/2: a ping finds a client that is not there")
{
    kept_records kept;
    ended_handlers handlers;
    auto options = options_for(parting::falls_silent, kept);
    one_route server(handlers.handler_for(doing::plain_waiting), options);
    raw_peer there(server.port());
    there.ask(1, "/");
    CHECK(there.read_until([&] { return there.pings == 3; }));
    there.socket.close();
    CHECK(server.wait_for_stats(nothing_is_left));

    raw_peer gone(server.port());
    gone.answers_pings = false;
    auto const begin = tidings::clock::now();
    for (std::uint32_t const each : {1U, 3U, 5U})
        gone.ask(each, "/");
    CHECK_FALSE(gone.read_until([] { return false; })); // to the end of the connection
    CHECK(tidings::clock::now() - begin >= options.keep_alive + options.write_timeout);
    CHECK(gone.pings == 1);
    CHECK(server.wait_for_stats(nothing_is_left));
    CHECK(server.stats().clients_gone == 4);
    CHECK(server.count_logged("has vanished") == 3);
}
