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

/// A client in memory, with its request and the answer to it, as `app` and `stream` make it. Whatever it does
/// runs everything that can run before it comes back. Destroying it is a reset. Movable.
class memory_client
{
public:
    memory_client(memory_client&& other) noexcept = default;
    ~memory_client();

    // What has come

    /// 0 until the head has come.
    int status() const noexcept { return head() ? head()->status() : 0; }
    std::optional<received_head> const& head() const noexcept { return link_->head(); }

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
    std::string const& text() const noexcept { return link_->text(); }

    /// Nothing more will come: the answer has had its proper end, or the connection has ended.
    bool is_over() const noexcept { return link_->is_over(); }

    // What the client does

    /// Closes, as a closed tab does: the server sees a FIN, and what it sends from then on is answered with a
    /// reset. What that means is `server_options::on_half_close`: it ends a handler that waits before the
    /// head or for a plain answer, and an open stream is asked by a comment, which the reset answers.
    void leave()
    {
        on_loop([](auto& link) { link.close(); });
    }
    /// Sends no more, and still reads: the same FIN, and no reset.
    void half_close()
    {
        on_loop([](auto& link) { link.half_close(); });
    }
    /// As a crashed client does: the end, at once.
    void reset()
    {
        on_loop([](auto& link) { link.reset(); });
    }
    /// As one whose cable is cut: takes and says nothing any more. It ends by the write timeout where
    /// something is sent, and else when the probes of the kernel would have found nobody.
    void vanish()
    {
        on_loop([](auto& link) { link.vanish(); });
    }
    /// Takes so many bytes more of the body, then none: the rest waits on the server's side.
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
/// All of it is the server's own work, from the bytes of the request on, but that nothing listens: what its
/// options say of endpoints, loops and signals means nothing here. `server::stop`, `stats`, `end_streams` and
/// `spawn` do what they always do, in virtual time.
class app
{
public:
    /// Both outlive this, and the clients that it makes.
    app(server& served, virtual_time& time) noexcept : served_(served), time_(time) {}

    // Each sends a request over a connection of its own, and comes back when everything waits. The first one
    // starts the server, and throws `std::logic_error` for one that has started already, or that was not made
    // with `time.loop()`.

    memory_client get(std::string_view target) { return send(request::get(target)); }
    memory_client post(std::string_view target, std::string body)
    {
        return send(request::post(target, std::move(body)));
    }
    /// It comes from its `remote_address`, 127.0.0.1 where it has none, and its principal is the name in a
    /// certificate that the client has shown. What else a server finds out by itself, such as parameters, is
    /// not sent. Throws what `boost::asio::ip::make_address` throws for an address that is none.
    memory_client send(request const& asked);

private:
    server& served_;
    virtual_time& time_;
    std::optional<internal::peer_probes> probes_; // empty before the server has started
};

} // namespace tidings::testing
