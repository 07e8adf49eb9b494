// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/server/server_options.hpp>
#include <tidings/sse/event_parser.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/stream/internal/transport.hpp>
#include <tidings/testing/print.hpp>
#include <tidings/testing/received_head.hpp>
#include <tidings/testing/virtual_time.hpp>
#include <tidings/wait/end_reason.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tidings::testing {

namespace detail {
class memory_run;
}

/// A handler at work for one client, in memory: no socket, no thread, no real time.
///
///     testing::virtual_time time;
///     testing::stream client(time, prices, request::get("/prices/ACME").with_param("symbol", "ACME"));
///     time.advance(5s);
///     REQUIRE(client.next_event()->type() == "summary");
///     client.leave();
///     CHECK(client.is_over());
///
/// The handler starts at once, and the constructor comes back when it waits for the first time. It is treated
/// as a server treats it: the same keep-alive, limits, grace period and rules for exceptions. Routes,
/// middleware, counters and the maximum age are a server's; they are tested over a socket (`server_fixture`).
///
/// Whatever is done here runs everything that can run before it comes back. Destroying it is a reset.
class stream
{
public:
    /// Of `options`, the times and limits of streams and `on_handler_error` are used. `time` outlives this.
    stream(virtual_time& time, handler answer, request asked, server_options options);
    stream(virtual_time& time, handler answer, request asked); ///< with the default options
    ~stream();
    stream(stream const&) = delete;
    stream& operator=(stream const&) = delete;

    // What has come

    /// Empty until the head has been sent.
    std::optional<received_head> const& head() const noexcept;

    /// All events so far, also those that `next_event` has returned. Each `tidings-place` is passed over, as
    /// by an EventSource, which has no listener for it.
    std::vector<received_event> const& events();

    /// The first event that this function has not returned yet; empty when there is none now.
    std::optional<received_event> next_event();

    /// What an EventSource would come back with.
    std::string const& last_event_id();

    /// The text of all comments so far.
    std::vector<std::string> const& comments();

    /// All of the body so far, byte for byte, without framing.
    std::string const& text() const noexcept;

    /// The plain answer, if the handler gave one.
    std::optional<response> const& answer() const noexcept;

    // What the client does

    /// Closes, as a closed tab does: the server sees a FIN, and what it sends from then on is answered with a
    /// reset. What that means is `server_options::on_half_close`: it ends a handler that waits before the
    /// head or for a plain answer, and an open stream is asked by a comment, which the reset answers.
    void leave();

    /// Sends no more, and still reads: the same FIN, and no reset.
    void half_close();

    /// As a crashed client does: the end, at once.
    void reset();

    /// As one whose cable is cut: takes and says nothing any more. It ends by the write timeout where
    /// something is sent, and else when the probes of the kernel would have found nobody.
    void vanish();

    /// Takes so many bytes more, then none: the rest waits on the server's side.
    void stop_reading(std::size_t after_bytes = 0);
    void resume_reading();

    // What the server does

    /// Ends the handler's context with `end_reason::server_stopping`.
    void stop_server();

    // How it ended

    /// Nothing more will come: the handler and its tasks have returned and all is sent, or the client is
    /// gone and the handler has returned.
    bool is_over() const noexcept;

    /// Why the handler's context ended; `none` while it has not.
    end_reason reason() const noexcept;

    /// The exception that left the handler or one of its tasks.
    std::exception_ptr failure() const noexcept;

    /// Why the stream was cut, if it was.
    std::optional<cut_reason> why_cut() const noexcept;

    /// Whether the handler has outstayed the grace period, and also a terminal cancellation.
    bool is_abandoned() const noexcept;

private:
    void on_loop(std::function<void()> action);
    void parse();

    virtual_time& time_;
    boost::intrusive_ptr<detail::memory_run> run_;
    event_parser parser_;
    std::size_t parsed_ = 0;
    std::vector<received_event> events_;
    std::vector<std::string> comments_;
    std::size_t next_ = 0;
};

} // namespace tidings::testing
