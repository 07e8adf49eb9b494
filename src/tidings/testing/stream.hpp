// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/testing/app.hpp>

#include <exception>
#include <memory>
#include <optional>

namespace tidings::testing {

namespace detail {

/// A server with one handler, and what is seen of that from inside.
class lone_handler
{
protected:
    struct inside;

    lone_handler(virtual_time& time, handler answer, request asked, server_options options);

    std::shared_ptr<inside> const inside_;
    server served_;
};

} // namespace detail

/// A running handler with one client, in memory: no socket, no thread, no real time.
///
///     testing::virtual_time time;
///     testing::stream client(time, prices, request::get("/prices/ACME").with_param("symbol", "ACME"));
///     time.advance(5s);
///     REQUIRE(client.next_event()->type() == "summary");
///     client.leave();
///     CHECK(client.is_over());
///
/// The handler starts at once, and the constructor returns when it waits for the first time. It is the only
/// handler of a separate server, and gets the request as it is given here. To test several clients, routes,
/// checks and middleware, use `app`.
class stream : detail::lone_handler, public memory_client
{
public:
    /// `time` must outlive this.
    stream(virtual_time& time, handler answer, request asked, server_options options);
    stream(virtual_time& time, handler answer, request asked); ///< with the default options

    /// Stops the server, which drains as usual: a streaming handler's context ends with
    /// `end_reason::server_stopping`, any other handler's after half of the drain time.
    void stop_server();

    // How it ended

    /// Nothing more will arrive: the handler and its tasks have returned and everything is sent, or the
    /// client is gone and the handler has returned.
    bool is_over() const noexcept;

    /// Why the handler's context ended; `none` while it has not.
    end_reason reason() const noexcept;

    /// The exception that left the handler or one of its tasks.
    std::exception_ptr failure() const noexcept;

    /// Why the stream was cut, if it was.
    std::optional<cut_reason> why_cut() const noexcept;

    /// Whether the handler has outlasted the grace period, and also a terminal cancellation.
    bool is_abandoned() const noexcept;
};

} // namespace tidings::testing
