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

#include <chrono>
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
/// Routes, checks and middleware are added before the server starts; afterwards they are refused with
/// `std::logic_error`. It runs its own loops (`run`), or on an application's `io_context` with one thread.
///
/// Safe from any thread once it has started: `stop`, `stats`, `end_streams`, `renew`, `spawn`, `adopt` and
/// `port`. Call all else on the thread that created it, and destroy it when no other call is in progress.
class server
{
public:
    explicit server(server_options options);
    server(); ///< with the default options
    /// Listens only there. Throws `std::invalid_argument` if `options.listen` says otherwise.
    explicit server(endpoint where, server_options options = {});

    /// Serves on the application's loop: call `start`, then run `loop` on one thread. `options.loops` and
    /// `handle_signals` have no effect here. `loop` must outlive the server.
    server(boost::asio::io_context& loop, server_options options);
    server(boost::asio::io_context& loop, endpoint where, server_options options = {});

    /// Closes everything at once. A running call of `run_blocking` cannot be interrupted, so this waits for
    /// it, and logs a warning after half a second. On an application's loop its `io_context` waits instead.
    ~server();
    server(server const&) = delete;
    server& operator=(server const&) = delete;

    // Routes

    /// Handles `method` on paths like "/builds/{id}/events". The server owns the handler (see there for its
    /// four shapes) until the last stream ends. HEAD of a stream is answered with its headers, without its
    /// handler. Throws `std::invalid_argument` for a pattern that is malformed or taken, for a stream
    /// handler for HEAD, and for an empty function in `own`.
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

    /// Runs this check on every request when its headers are complete: before its body is read, before the
    /// client gets 100 Continue, and before a route is looked for. Checks run in the order in which they
    /// were added, until one responds. The body is then not read: up to `discarded_input_bytes` of it are
    /// discarded, and the connection closes, unless a short body has arrived completely already. Throws
    /// `std::invalid_argument` for an empty function.
    void check(request_check ask);

    /// The same only for paths below `prefix`, compared like routes: "/admin" means "/admin" and
    /// "/admin/users", even if a client writes "/%61dmin". It may have `{name}` segments. Throws
    /// `std::invalid_argument` if it is malformed. For a check of one route use its `route_options`.
    void check(std::string_view prefix, request_check ask);

    /// Wraps a function around every handler, and around the responses of checks and of the server itself,
    /// where the request has no body. The first is the outermost. It runs after the body has been read.
    /// Throws `std::invalid_argument` for an empty function.
    void use(middleware around);

    /// The same only for paths below `prefix`, compared as for checks, in one order with the others. For one
    /// route use its `route_options`.
    void use(std::string_view prefix, middleware around);

    // Running

    /// Starts listening. Throws `boost::system::system_error` that names the endpoint if it cannot listen
    /// there, or `std::invalid_argument` if one is given twice; it then listens nowhere.
    void start();

    /// Starts if necessary, and serves until `stop`, SIGINT or SIGTERM: then the server drains, and a second
    /// signal ends it at once. For servers with their own loops.
    void run();

    /// Stops gracefully: accepts no more, ends every context with `server_stopping`, and finishes within the
    /// drain time. Returns at once. May be called again, and from any handler.
    void stop();

    /// The port of the first endpoint that is not a Unix socket, once started: for port 0, the one that the
    /// system chose. 0 if there is none.
    std::uint16_t port() const;

    server_stats stats() const;

    /// Ends all open streams of this principal (see `request::principal`), including those that were handed
    /// over, on each loop in its next iteration: contexts end with `canceled`. To a client this is a proper
    /// end, so it reconnects, and a check may refuse it then. May be called from any thread; throws
    /// `std::invalid_argument` for an empty name.
    void end_streams(std::string principal);

    /// Moves the instant until which all open streams of this principal may run, where
    /// `request::set_valid_until` has set one, on each loop in its next iteration. One that has passed ends
    /// them. May be called from any thread; throws `std::invalid_argument` for an empty name.
    void renew(std::string principal, std::chrono::system_clock::time_point valid_until);

    // Work that outlives a client

    /// Starts `function(ctx, arguments...)` as work of the server, which continues after the client whose
    /// handler started it has left, unlike `tidings::spawn`. Its context ends with `server_stopping` when
    /// the server stops, which then waits for it within the drain time. Publish its results to a topic.
    ///
    /// May be called from any thread; the task runs on the server's first loop. For what may be passed see
    /// `tidings::spawn`. An exception that leaves it is logged, and affects nothing else.
    template <typename Function, typename... Arguments>
    void spawn(Function function, Arguments&&... arguments)
    {
        auto const& work = background();
        tidings::spawn(work->root, detail::run_in_background<Function, std::decay_t<Arguments>...>, work,
                       std::move(function), std::forward<Arguments>(arguments)...);
    }

    // Connections that the application has accepted

    using any_socket = boost::asio::generic::stream_protocol::socket;

    /// Serves a connection that the application has accepted, a TCP or Unix socket without an operation in
    /// progress; `already_read` is what was read from it. `as` says what is spoken, by its `tls`, whose
    /// handshake is still to come, and its `http2`; the rest has no effect. Certificate files are only
    /// watched for endpoints that the server listens on: for others use `tls_context::reload`.
    ///
    /// The connection counts against the server's limits. Starts the server if necessary, and then throws
    /// like `start`; throws `std::invalid_argument` for a socket that is not open. A server that has stopped
    /// closes it.
    void adopt(any_socket socket, std::string already_read = {}, endpoint const& as = {});

    /// The same for plain HTTP/1.1, up to a request that no route takes: `on_unrouted(socket, bytes)` gives
    /// that back unanswered, its headers and everything that was read after them. No route takes an unknown
    /// path, or one that has no route for the method, except for HEAD of a GET route and for OPTIONS. No
    /// check or middleware sees the request, and it is not counted. Requests that are malformed, too large
    /// or too late are refused here all the same, and when the server stops, connections end here.
    ///
    /// `on_unrouted`, which must be copyable, is called at most once, on the socket's executor, whose
    /// execution context must outlive the server. TCP_NODELAY and SO_KEEPALIVE stay set.
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
