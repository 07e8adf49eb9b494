// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/internal/access.hpp>
#include <tidings/net/internal/stream_socket.hpp>
#include <tidings/server/detail/background.hpp>
#include <tidings/server/route_options.hpp>
#include <tidings/server/server_options.hpp>
#include <tidings/server/server_stats.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/wait/spawn.hpp>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tidings {

namespace detail {
class engine;
}

/// Serves handlers over HTTP/1.1 and HTTP/1.0.
///
///     tidings::server server({.port = 8080}); // or ({.port = 8080}, {.loops = 4})
///     server.get("/time", tell_time);
///     server.run();
///
/// Routes, checks and middleware are given before the server starts; afterwards they are refused with
/// `std::logic_error`. It runs loops of its own (`run`), or on an `io_context` that the application owns and
/// runs on one thread.
///
/// Safe from any thread, once it has started: `stop`, `stats`, `end_streams`, `spawn`, `adopt` and `port`.
/// All else is called from the thread that made it; its destructor when no other call is under way.
class server
{
public:
    explicit server(server_options options);
    server(); ///< with the default options
    /// Listens there alone. Throws `std::invalid_argument` where `options.listen` says otherwise.
    explicit server(endpoint where, server_options options = {});

    /// Serves on the application's loop: `start`, then the application runs `loop` on one thread.
    /// `options.loops` and `handle_signals` mean nothing here. `loop` outlives the server.
    server(boost::asio::io_context& loop, server_options options);
    server(boost::asio::io_context& loop, endpoint where, server_options options = {});

    /// Closes what is open, at once. A call of `run_blocking` that runs cannot be interrupted, and is waited
    /// for: after half a second a warning is logged. On a loop of the application its `io_context` waits.
    ~server();
    server(server const&) = delete;
    server& operator=(server const&) = delete;

    // Routes

    /// Answers `method` on paths like "/builds/{id}/events". The handler (see there for its four shapes) is
    /// owned by the server until the last stream ends. HEAD of a stream is answered with the head alone,
    /// without its handler. Throws `std::invalid_argument` for a pattern that is malformed or taken, for a
    /// stream that is to answer HEAD, and for an empty function among `own`.
    void route(std::string_view method, std::string_view pattern, handler answer, route_options own = {});
    void get(std::string_view pattern, handler answer, route_options own = {})
    {
        route("GET", pattern, std::move(answer), std::move(own));
    }
    void post(std::string_view pattern, handler answer, route_options own = {})
    {
        route("POST", pattern, std::move(answer), std::move(own));
    }
    void put(std::string_view pattern, handler answer, route_options own = {})
    {
        route("PUT", pattern, std::move(answer), std::move(own));
    }
    void patch(std::string_view pattern, handler answer, route_options own = {})
    {
        route("PATCH", pattern, std::move(answer), std::move(own));
    }
    void del(std::string_view pattern, handler answer, route_options own = {})
    {
        route("DELETE", pattern, std::move(answer), std::move(own));
    }

    /// Serves the files below a folder to GET and HEAD requests for paths below `prefix`. More exact routes
    /// take precedence. `response::file_below` says what is found, and with which headers. In addition, names
    /// that begin with a dot, such as ".git", are not found, nor is a path with a '/' written as "%2F".
    ///
    /// With the default `cache_control`, browsers ask each time whether their copy is still good, and get a
    /// 304 if it is. If the name of a file changes with its content, "max-age=31536000, immutable" saves
    /// that.
    ///
    /// Throws `std::invalid_argument` if there is no such folder, and for a route that is taken. The folder
    /// is looked up for each request, so it may be replaced later. A relative path counts from the current
    /// directory of this call.
    void files(std::string_view prefix, std::filesystem::path const& folder,
               std::string cache_control = "no-cache", route_options own = {});

    /// Asks this of every request when its head is complete: before its body is read, before the client is
    /// told to send it, and before a route is looked for. Checks are asked in the order in which they are
    /// given, until one answers. Then the body is not read: up to `discarded_input_bytes` of it are thrown
    /// away, and the connection closes, unless all of a short body has come already. Throws
    /// `std::invalid_argument` for an empty function.
    void check(request_check ask);

    /// The same for paths below `prefix` alone, compared as routes are: "/admin" is "/admin" and
    /// "/admin/users", also where a client writes "/%61dmin". It may have `{name}` segments. Throws
    /// `std::invalid_argument` for a malformed one. A check of one route is in its `route_options`.
    void check(std::string_view prefix, request_check ask);

    /// Puts a function around every handler, also around what checks and the server itself answer; for those
    /// the request has no body. The first is outermost. It runs when the body has been read. Throws
    /// `std::invalid_argument` for an empty function.
    void use(middleware around);

    /// The same for paths below `prefix` alone, compared as for checks, in one order with the others. That of
    /// one route is in its `route_options`.
    void use(std::string_view prefix, middleware around);

    // Running

    /// Starts listening. Throws `boost::system::system_error` whose text names the endpoint that cannot be
    /// listened on, or `std::invalid_argument` for one that is given twice; then it listens nowhere.
    void start();

    /// Starts, if need be, and serves until `stop`, or until SIGINT or SIGTERM: then the server drains, and a
    /// second signal ends it at once. For servers with loops of their own.
    void run();

    /// Stops gracefully: accepts no more, ends every context with `server_stopping`, and is done within the
    /// drain time. Comes back at once. May be called again, and from any handler.
    void stop();

    /// The port of the first endpoint that is not a unix socket, once started: the one that the system chose
    /// for port 0. 0 where there is none.
    std::uint16_t port() const;

    server_stats stats() const;

    /// Ends all open streams of this principal (see `request::principal`), also those that were handed over,
    /// on each loop in its next turn: contexts end with `canceled`. To a client it is a stream's proper end,
    /// so it comes back, and a check may refuse it then. Called from any thread; throws
    /// `std::invalid_argument` for an empty name.
    void end_streams(std::string principal);

    // Work that outlives a client

    /// Starts `function(ctx, arguments...)` as work of the server: it goes on when the client whose handler
    /// started it has left, as `tidings::spawn` does not. Its context ends with `server_stopping` when the
    /// server stops, which then waits for it within the drain time. Bring what it makes to clients through a
    /// topic.
    ///
    /// Called from any thread; the task runs on the server's first loop. What may be passed is said at
    /// `tidings::spawn`. An exception that leaves it is logged, and touches nobody else.
    template <typename Function, typename... Arguments>
    void spawn(Function function, Arguments&&... arguments)
    {
        auto const& work = background();
        tidings::spawn(work->root, detail::run_in_background<Function, std::decay_t<Arguments>...>, work,
                       std::move(function), std::forward<Arguments>(arguments)...);
    }

    // Connections that the application has accepted

    using any_socket = boost::asio::generic::stream_protocol::socket;

    /// Serves a connection that the application has accepted, a TCP or unix socket with no operation under
    /// way; `already_read` is what was read from it. `as` says what is spoken, by its `tls`, whose handshake
    /// is still to come, and its `http2`; the rest of it means nothing here. Certificate files are watched of
    /// endpoints that the server listens on: for those of others there is `tls_context::reload`.
    ///
    /// The connection counts against the server's limits. Starts the server if need be, and then throws as
    /// `start`; `std::invalid_argument` for a socket that is not open. A server that has stopped closes it.
    void adopt(any_socket socket, std::string already_read = {}, endpoint const& as = {});

    /// The same for HTTP/1.1 in plain text, until a request comes that no route takes: `on_unrouted(socket,
    /// bytes)` gives that one back unanswered, its head and all that was read behind it. No route takes a
    /// path that is unknown, nor one with a method that it has not, except for HEAD of a GET route and for
    /// OPTIONS. No check or middleware sees the request, and it is not counted. What is malformed, too large
    /// or too late is refused here all the same, and when the server stops, connections end here.
    ///
    /// `on_unrouted`, which can be copied, is called once or never, on the socket's executor, whose execution
    /// context outlives the server. TCP_NODELAY and SO_KEEPALIVE stay set.
    template <typename Protocol, typename Executor, typename Function,
              typename Socket = boost::asio::basic_stream_socket<Protocol, Executor>>
        requires std::invocable<Function&, Socket, std::string>
    void adopt(boost::asio::basic_stream_socket<Protocol, Executor> socket, std::string already_read,
               Function on_unrouted)
    {
        boost::system::error_code unknown; // of a socket that is not open, which is refused
        auto const protocol = socket.local_endpoint(unknown).protocol();
        auto give_back = [on = socket.get_executor(), protocol, on_unrouted = std::move(on_unrouted)](
                             internal::stream_socket back, std::string bytes) {
            boost::asio::post(on, [on, protocol, call = on_unrouted, back = std::move(back),
                                   bytes = std::move(bytes)]() mutable {
                Socket given(on, protocol, back.descriptor());
                back.release();
                std::invoke(call, std::move(given), std::move(bytes));
            });
        };
        adopt(any_socket(std::move(socket)), std::move(already_read), endpoint(), std::move(give_back));
    }

private:
    friend internal::access;

    void adopt(any_socket socket, std::string already_read, endpoint const& as,
               std::function<void(internal::stream_socket, std::string)> on_unrouted);
    void require_not_started(char const* what) const;
    std::shared_ptr<detail::background> const& background() const noexcept;

    std::shared_ptr<detail::engine> engine_;
};

} // namespace tidings
