// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/server/server.hpp>
#include <tidings/sse/event_parser.hpp>
#include <tidings/testing/detail/memory_link.hpp>
#include <tidings/testing/print.hpp>
#include <tidings/testing/received_head.hpp>
#include <tidings/testing/virtual_time.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::testing {

/// A client in memory, with its request and the response, as `app` and `stream` create it. Each member
/// function runs everything that can run before it returns. Destroying it is a reset. Movable.
class memory_client
{
public:
    memory_client(memory_client&& other) noexcept = default;
    ~memory_client();

    // What has arrived

    /// 0 until the headers have arrived.
    int status() const noexcept { return head() ? head()->status() : 0; }
    std::optional<received_head> const& head() const noexcept { return link_->head(); }

    /// All events so far, including those that `next_event` has returned. Skips each `tidings-place`, as an
    /// EventSource without a listener for it does.
    std::vector<received_event> const& events();
    /// The first event that this function has not returned yet; empty if there is none now.
    std::optional<received_event> next_event();
    /// What an EventSource would send when it reconnects.
    std::string const& last_event_id();
    /// The text of all comments so far.
    std::vector<std::string> const& comments();
    /// All of the body so far, byte for byte, without framing.
    std::string const& text() const noexcept { return link_->text(); }

    /// Nothing more will arrive: the response has ended properly, or the connection has ended.
    bool is_over() const noexcept { return link_->is_over(); }

    // What the client does

    /// Closes, like a closed tab: the server sees a FIN, and whatever it sends from then on is answered with
    /// a reset. `server_options::on_half_close` says what that means: it ends the context of a handler
    /// without an open stream, and an open stream is sent a comment, which the reset answers.
    void leave()
    {
        on_loop([](auto& link) { link.close(); });
    }
    /// Sends no more, but still reads: the same FIN, and no reset.
    void half_close()
    {
        on_loop([](auto& link) { link.half_close(); });
    }
    /// Ends at once, like a crashed client.
    void reset()
    {
        on_loop([](auto& link) { link.reset(); });
    }
    /// Behaves as if its cable was cut: accepts and sends nothing. The connection ends by the write timeout
    /// if something is sent, otherwise when the kernel's probes would have failed.
    void vanish()
    {
        on_loop([](auto& link) { link.vanish(); });
    }
    /// Accepts this many more bytes of the body, then none: the rest waits on the server's side.
    void stop_reading(std::size_t after_bytes = 0)
    {
        on_loop([=](auto& link) { link.take_only(after_bytes); });
    }
    void resume_reading() { stop_reading(detail::answer_body::unlimited); }

protected:
    memory_client(virtual_time& time, std::shared_ptr<detail::memory_link> link);

    virtual_time& time_;

private:
    friend class app;

    void on_loop(std::function<void(detail::memory_link&)> const& action);
    void parse();

    std::shared_ptr<detail::memory_link> link_; // null when it was moved away
    event_parser parser_;
    std::size_t parsed_ = 0;
    std::vector<received_event> events_;
    std::vector<std::string> comments_;
    std::size_t next_ = 0;
};

/// An application with its routes, checks and middleware, in memory and virtual time:
///
///     testing::virtual_time time;
///     server served(time.loop(), {.keep_alive = 20s});
///     add_routes(served);
///     testing::app app(served, time);
///     auto job = app.get("/jobs/7");
///     CHECK(job.status() == 200);
///     time.advance(20s);
///     CHECK(job.comments().size() == 1);
///
/// Everything is done by the server itself, from the bytes of the request on, except that nothing listens:
/// its options for endpoints, loops and signals have no effect. `server::stop`, `stats`, `end_streams` and
/// `spawn` work as always, in virtual time.
class app
{
public:
    /// Both must outlive this, and the clients that it creates.
    app(server& served, virtual_time& time) noexcept : served_(served), time_(time) {}

    // Each sends a request over a separate connection, and returns when everything waits. The first one
    // starts the server, and throws `std::logic_error` if it has been started already, or was not created
    // with `time.loop()`.

    memory_client get(std::string_view target) { return send(request::get(target)); }
    memory_client post(std::string_view target, std::string body)
    {
        return send(request::post(target, std::move(body)));
    }
    /// Sends from its `remote_address`, 127.0.0.1 if it has none; its principal is that of a certificate
    /// that the client has presented. Anything else that a server finds out itself, such as parameters, is
    /// not sent. Throws what `boost::asio::ip::make_address` throws for an invalid address.
    memory_client send(request const& asked);

private:
    server& served_;
    virtual_time& time_;
    std::optional<internal::peer_probes> probes_; // empty before the server has started
};

} // namespace tidings::testing
