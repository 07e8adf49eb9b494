// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/operation.hpp>
#include <tidings/wait/select.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::error_code;
using tidings::channel;
using tidings::context;
using tidings::operation;
using tidings::select;
using tidings::test::virtual_loop;

namespace {

using notes = std::vector<std::string>;
using local_socket = asio::local::stream_protocol::socket;

/// Does what the test says: an operation on it ends when `finish` is called.
struct device
{
    void finish(error_code error, int value)
    {
        auto handler = std::exchange(pending, {});
        handler(error, value);
    }

    asio::any_completion_handler<void(error_code, int)> pending;
    int starts = 0;
    int cancels = 0;
    bool fails_to_start = false;
};
auto start_device(device*& on)
{
    if (on->fails_to_start)
        throw std::runtime_error("cannot start");
    return asio::async_initiate<asio::deferred_t const, void(error_code, int)>(
        [](auto handler, device* of) {
            ++of->starts;
            of->pending = std::move(handler);
            asio::get_associated_cancellation_slot(of->pending).assign([of](asio::cancellation_type) {
                ++of->cancels;
            });
        },
        asio::deferred, on);
}

auto start_watched(device*& on, std::shared_ptr<int>&)
{
    return start_device(on);
}

using device_operation = operation<int, device*>;
static_assert(std::is_same_v<device_operation, decltype(operation(std::declval<context const&>(),
                                                                  start_device, std::declval<device*>()))>);

asio::awaitable<void> note_results(context ctx, device_operation& results, channel<int> others, notes& seen)
{
    while (auto next = co_await select(ctx, results, others)) {
        if (auto const* result = next.from(results); result && result->error)
            seen.push_back(result->error.message());
        else if (result)
            seen.push_back(fmt::format("{} of start {}", result->value, results.get<device*>()->starts));
        else
            seen.push_back(fmt::format("other {}", *next.from(others)));
    }
    seen.push_back("end");
}

asio::awaitable<void> wait_once(context ctx, std::unique_ptr<device_operation> const& results, notes& seen)
{
    auto next = co_await select(ctx, *results);
    seen.push_back(next ? "result" : "nothing");
}

asio::awaitable<void> look_where_it_throws(context ctx, device* on, notes& seen)
{
    operation results(ctx, start_device, on);
    for (int i = 0; i < 2; ++i) {
        try {
            auto next = co_await select(ctx, results);
            seen.push_back(std::to_string(next.from(results)->value));
        } catch (std::exception const& error) {
            seen.push_back(error.what());
            on->fails_to_start = false;
        }
    }
}

auto read_line(local_socket& from, std::string& into)
{
    return asio::async_read_until(from, asio::dynamic_buffer(into), '\n', asio::deferred);
}

asio::awaitable<void> collect_lines(context ctx, local_socket from, channel<int> others, notes& seen)
{
    operation line(ctx, read_line, std::move(from), std::string());
    while (auto next = co_await select(ctx, line, others)) {
        auto const* read = next.from(line);
        if (!read) {
            seen.push_back("other");
            continue;
        }
        if (read->error)
            break;
        auto& buffer = line.get<std::string>();
        seen.push_back(buffer.substr(0, read->value - 1));
        buffer.erase(0, read->value);
    }
    seen.push_back("end");
}

auto wait_for_alarm(asio::steady_timer& timer)
{
    return timer.async_wait(asio::deferred);
}

auto have_it_already(int& value)
{
    return asio::deferred.values(error_code(), ++value);
}

} // namespace

// It starts at the first look, and not before; goes on while others win; is started again when its result was
// taken, at the look after that.
TEST_CASE("an operation starts when it is looked at, and once")
{
    virtual_loop at;
    device on;
    device_operation results(at.root, start_device, &on);
    channel<int> others;
    notes seen;
    CHECK(on.starts == 0);
    at.start_coroutine(note_results(at.root, results, others, seen));
    at.settle();
    CHECK(on.starts == 1);
    CHECK(others.try_send(1));
    at.settle();
    CHECK(others.try_send(2));
    at.settle();
    CHECK(on.starts == 1);
    on.finish({}, 7);
    CHECK(on.starts == 1);
    at.settle();
    CHECK(on.starts == 2);
    on.finish(asio::error::eof, 0);
    at.settle();
    CHECK(on.starts == 3);
    CHECK(seen == notes{"other 1", "other 2", "7 of start 1",
                        asio::error::make_error_code(asio::error::eof).message()});
    at.root.cancel();
    at.settle();
    CHECK(on.cancels == 0);
    CHECK(seen.back() == "end");
}

// A result that comes while nobody waits lies there until a look takes it, and only then the next one starts.
TEST_CASE("the result of an operation waits to be taken")
{
    virtual_loop at;
    device on;
    device_operation results(at.root, start_device, &on);
    CHECK_FALSE(tidings::try_select(at.root, results));
    CHECK(on.starts == 1);
    on.finish({}, 7);
    at.settle();
    CHECK(on.starts == 1);
    auto taken = tidings::try_select(at.root, results);
    REQUIRE(taken.from(results));
    CHECK(taken.from(results)->value == 7);
    CHECK(on.starts == 1);
    CHECK_FALSE(tidings::try_select(at.root, results));
    CHECK(on.starts == 2);
}

// It starts although another source has won already, and a result that comes as another wins is not lost.
TEST_CASE("an operation loses nothing to other sources")
{
    virtual_loop at;
    device on;
    device_operation results(at.root, start_device, &on);
    channel<int> others(2);
    CHECK(others.try_send(1));
    CHECK(tidings::try_select(at.root, others, results).from(others));
    CHECK(on.starts == 1);

    notes seen;
    at.start_coroutine(note_results(at.root, results, others, seen));
    at.settle();
    CHECK(others.try_send(2)); // has won, and the select has not come back yet
    on.finish({}, 7);
    at.settle();
    CHECK(seen == notes{"other 2", "7 of start 1"});
    CHECK(on.starts == 2);
}

// What is under way is canceled; what it works on lives until that has completed.
TEST_CASE("an operation that goes cancels what is under way")
{
    virtual_loop at;
    device on;
    auto const watched = std::make_shared<int>(0);
    {
        operation results(at.root, start_watched, &on, watched);
        CHECK_FALSE(tidings::try_select(at.root, results));
        CHECK(on.cancels == 0);
    }
    CHECK(on.cancels == 1);
    CHECK(watched.use_count() == 2);
    on.finish(asio::error::operation_aborted, 0);
    CHECK(watched.use_count() == 1);
}

// One that was never looked at, or whose result was taken, has nothing to cancel.
TEST_CASE("an operation that is not under way goes at once")
{
    virtual_loop at;
    device on;
    auto const watched = std::make_shared<int>(0);
    {
        operation const never_looked_at(at.root, start_watched, &on, watched);
        operation results(at.root, start_watched, &on, watched);
        (void)tidings::try_select(at.root, results);
        on.finish({}, 1);
    }
    CHECK(watched.use_count() == 1);
    CHECK(on.cancels == 0);
}

// What the function throws comes out of the select that looked, and the next look tries again.
TEST_CASE("an operation that cannot be started throws from the select")
{
    virtual_loop at;
    device on;
    on.fails_to_start = true;
    notes seen;
    at.start_coroutine(look_where_it_throws(at.root, &on, seen));
    at.settle();
    CHECK(seen == notes{"cannot start"});
    on.finish({}, 7);
    at.settle();
    CHECK(seen == notes{"cannot start", "7"});
    CHECK(at.finished == 1);
}

// It may go while somebody waits for it: it takes no part any more.
TEST_CASE("an operation goes while it is waited for")
{
    virtual_loop at;
    device on;
    auto results = std::make_unique<device_operation>(at.root, start_device, &on);
    notes seen;
    at.start_coroutine(wait_once(at.root, results, seen));
    at.settle();
    results.reset();
    at.settle();
    CHECK(seen == notes{"nothing"});
    on.finish(asio::error::operation_aborted, 0);
    at.settle();
    CHECK(seen == notes{"nothing"});
}

// An operation that has nothing to wait for may complete inside the look that starts it.
TEST_CASE("an operation that completes at once")
{
    virtual_loop at;
    operation numbers(at.root, have_it_already, 0);
    for (int i = 1; i < 4; ++i) {
        auto next = tidings::try_select(at.root, numbers);
        REQUIRE(next.from(numbers));
        CHECK(next.from(numbers)->value == i);
        CHECK(numbers.get<int>() == i);
    }
}

// Operations that bring nothing but their error.
TEST_CASE("an operation without a value")
{
    virtual_loop at;
    operation alarm(at.root, wait_for_alarm,
                    asio::steady_timer(at.io, asio::steady_timer::time_point::min()));
    static_assert(std::is_same_v<decltype(alarm), operation<void, asio::steady_timer>>);
    CHECK_FALSE(tidings::try_select(at.root, alarm));
    at.settle();
    auto next = tidings::try_select(at.root, alarm);
    REQUIRE(next.from(alarm));
    CHECK_FALSE(next.from(alarm)->error);
}

// Lines come whole, whatever wins in between, also several that were read at once.
TEST_CASE("an operation reads lines beside a channel")
{
    virtual_loop at;
    local_socket near(at.io), far(at.io);
    asio::local::connect_pair(near, far);
    channel<int> others;
    notes seen;
    at.start_coroutine(collect_lines(at.root, std::move(near), others, seen));
    at.settle();
    asio::write(far, asio::buffer(std::string("on")));
    at.settle();
    CHECK(others.try_send(1));
    at.settle();
    asio::write(far, asio::buffer(std::string("e\ntwo\nth")));
    at.settle();
    far.close();
    at.settle();
    CHECK(seen == notes{"other", "one", "two", "end"});
    CHECK(at.finished == 1);
}

// The context ends in mid-read, or the loop is destroyed: the buffer lives for as long as it is read into.
TEST_CASE("an operation is destroyed in mid-read")
{
    notes seen;
    virtual_loop outer;
    local_socket far(outer.io);
    for (bool const ends_before : {true, false}) {
        virtual_loop at;
        local_socket near(at.io), there(at.io);
        asio::local::connect_pair(near, there);
        far = local_socket(outer.io, asio::local::stream_protocol(), there.release());
        at.start_coroutine(collect_lines(at.root, std::move(near), channel<int>(), seen));
        asio::write(far, asio::buffer(std::string("half a li")));
        at.settle();
        if (ends_before) {
            at.root.cancel();
            at.settle();
            CHECK(seen == notes{"end"});
        }
    }
    CHECK(seen == notes{"end"});
}
