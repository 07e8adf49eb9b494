// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/http1_phases.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <initializer_list>
#include <set>

using namespace std::chrono_literals;
using namespace tidings::detail;
using tidings::server_options;
using enum phase;

namespace {

/// Every phase, for the columns of the table: what is asked in each, and that none has been left out.
class column
{
public:
    explicit column(happening what) : what_(what) {}
    ~column() { CHECK(seen_.size() == static_cast<std::size_t>(phase::count_of_phases)); }
    column(column const&) = delete;
    column& operator=(column const&) = delete;

    void is(reaction expected, std::initializer_list<phase> in)
    {
        for (auto const each : in) {
            CAPTURE(static_cast<int>(what_), static_cast<int>(each));
            CHECK(react(each, what_) == expected);
            CHECK(seen_.insert(each).second);
        }
    }

private:
    happening what_;
    std::set<phase> seen_;
};

} // namespace

// A request is parsed, what lies behind it is kept for the time behind a plain answer, and nothing is kept of
// what comes behind a stream, a body that nobody reads, or a last answer.
TEST_CASE("what becomes of input in each phase")
{
    column input(happening::input);
    input.is(reaction::feed, {fresh, idle, head, body});
    input.is(reaction::keep, {answering});
    input.is(reaction::discard, {skipping, streaming, carrying, lingering});
    input.is(reaction::nothing, {queued, closed});
}

// The same FIN comes of a client that is gone and of one that has half-closed: an open stream asks, an answer
// is still written, and where nothing is owed the connection closes.
TEST_CASE("what the end of input means in each phase")
{
    column end(happening::end_of_input);
    end.is(reaction::close, {fresh, idle, head, body, lingering});
    end.is(reaction::client_left, {answering, skipping});
    end.is(reaction::probe, {streaming, carrying});
    end.is(reaction::nothing, {queued, closed});
}

// Who has sent nothing is closed without a word, who was too slow is told so, and a stream ends at its age.
TEST_CASE("what happens in each phase when its time is over")
{
    column time(happening::time_over);
    time.is(reaction::close_unheard, {fresh});
    time.is(reaction::close, {idle, lingering});
    time.is(reaction::refuse_late, {head});
    time.is(reaction::refuse_if_slow, {body});
    time.is(reaction::end_answer, {answering, skipping, streaming, carrying});
    time.is(reaction::nothing, {queued, closed});
}

// Requests that have come whole are answered first, what is being answered gets a word, the rest closes.
TEST_CASE("what a stop does in each phase")
{
    column stop(happening::stop);
    stop.is(reaction::close, {fresh, idle, head});
    stop.is(reaction::settle, {body});
    stop.is(reaction::end_answer, {answering, skipping, streaming, carrying});
    stop.is(reaction::nothing, {queued, lingering, closed});
}

// Who holds too much of the server's buffers is cut like a slow reader, or asked to come back with its
// request.
TEST_CASE("what full buffers do in each phase")
{
    column full(happening::full_buffers);
    full.is(reaction::refuse_for_now, {queued, head, body});
    full.is(reaction::cut, {answering, skipping, streaming, carrying});
    full.is(reaction::close, {fresh, idle, lingering});
    full.is(reaction::nothing, {closed});
}

// Whose place may be taken by a newcomer: never that of who is answered.
TEST_CASE("what a connection is doing in each phase")
{
    for (auto const each : {fresh, idle})
        CHECK(occupation_in(each) == occupation::idle);
    for (auto const each : {queued, head, body})
        CHECK(occupation_in(each) == occupation::reading);
    for (auto const each : {answering, skipping, streaming, carrying, lingering, closed})
        CHECK(occupation_in(each) == occupation::busy);
    for (auto const each : {answering, skipping, streaming, carrying})
        CHECK(is_busy(each));
    for (auto const each : {fresh, idle, queued, head, body, lingering, closed})
        CHECK_FALSE(is_busy(each));
    CHECK((is_streaming(streaming) && is_streaming(carrying) && !is_streaming(answering)));
}

TEST_CASE("how long each phase may last")
{
    server_options options;
    options.least_rate = 0;
    CHECK(limit_of(idle, options, false) == options.idle_timeout);
    CHECK(limit_of(fresh, options, false) == options.head_timeout);
    CHECK(limit_of(head, options, false) == options.head_timeout);
    CHECK(limit_of(body, options, false) == options.body_timeout);
    for (auto const each : {queued, answering, skipping, streaming, carrying, closed})
        CHECK(limit_of(each, options, false) == 0s);

    // Who is only to be told to come back gets two seconds, and no more than others.
    CHECK(limit_of(head, options, true) == 2s);
    options.head_timeout = 1s;
    CHECK(limit_of(head, options, true) == 1s);
    options.head_timeout = 0s;
    CHECK(limit_of(head, options, true) == 2s);
}

// The least rate counts from the fifth second on, and never gives more than the whole.
TEST_CASE("how long a body may take")
{
    server_options options;
    options.body_timeout = 30s;
    options.least_rate = 100;
    CHECK(body_time(options, 0) == 5s);
    CHECK(body_time(options, 1000) == 15s);
    CHECK(body_time(options, 1'000'000) == 30s);
    options.body_timeout = 0s;
    CHECK(body_time(options, 1'000'000) == 10'005s);
    options.least_rate = 0;
    CHECK(body_time(options, 0) == 0s);
}
