// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/headers.hpp>
#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace tidings {

/// Sees the headers of a request, before its body is read and before a handler is chosen, and admits it
/// (empty) or responds to it. `request::body()` is empty then. Headers that it adds are sent with whatever
/// response the request gets, including those of other checks and of the server.
///
///     std::optional<tidings::response> refuse_robots(tidings::request const& asked, tidings::headers&)
///     {
///         if (asked.header("User-Agent").find("bot") == std::string_view::npos)
///             return std::nullopt;
///         return tidings::response::text("no robots, please\n", 403);
///     }
///
/// It may name the sender in `asked` (`set_principal`), and attach what the handler is to read
/// (`set_value`); a check that does neither takes a `request const&`. It is a plain function: a decision
/// that has to wait belongs in a `middleware`. Called on the loops of a server, so it must be thread-safe if
/// there are several, and fast. An exception is answered with 500.
using request_check = std::function<std::optional<response>(request& asked, headers& of_the_answer)>;

/// Responds to a request with an event stream, or through `event_stream::respond` with a plain response. The
/// request and the stream outlive the handler and the tasks that it spawned. Handlers read the request, as
/// `request const&`; middleware may also name the sender.
using stream_handler = std::function<boost::asio::awaitable<void>(context, request&, event_stream&)>;

/// A plain function around a handler: it may wait, respond in its place, add headers before it, and look at
/// the outcome after it. The first one added is the outermost. It runs after the body has been read;
/// decisions that need only the headers belong in a `request_check`.
using middleware = std::function<stream_handler(stream_handler)>;

namespace detail {

template <typename Callable, typename Result, typename... Arguments>
concept answers = std::is_invocable_r_v<boost::asio::awaitable<Result>, Callable&, Arguments...>;

template <typename Callable>
concept stream_handler_like = answers<Callable, void, context, request&, event_stream&>;
template <typename Callable>
concept plain_handler_like = answers<Callable, response, context, request const&>;
template <typename Callable>
concept short_stream_handler_like = answers<Callable, void, context, event_stream&>;
template <typename Callable>
concept short_plain_handler_like = answers<Callable, response, context>;

template <typename Callable>
concept handler_like = stream_handler_like<Callable> || plain_handler_like<Callable> ||
                       short_stream_handler_like<Callable> || short_plain_handler_like<Callable>;

template <typename Callable>
inline constexpr bool gives_stream =
    stream_handler_like<Callable> || (!plain_handler_like<Callable> && short_stream_handler_like<Callable>);

/// Sends what a plain handler answers.
boost::asio::awaitable<void> respond_with(boost::asio::awaitable<response> answering, event_stream& out);

/// A handler of any shape, which tells the stream that the middleware ends here.
template <typename Callable>
stream_handler marked(Callable callable)
{
    return [callable = std::move(callable)](context ctx, request& asked,
                                            event_stream& out) mutable -> boost::asio::awaitable<void> {
        internal::access::core(out).handler_begins();
        if constexpr (stream_handler_like<Callable>)
            return std::invoke(callable, std::move(ctx), asked, out);
        else if constexpr (plain_handler_like<Callable>)
            return respond_with(std::invoke(callable, std::move(ctx), std::as_const(asked)), out);
        else if constexpr (short_stream_handler_like<Callable>)
            return std::invoke(callable, std::move(ctx), out);
        else
            return respond_with(std::invoke(callable, std::move(ctx)), out);
    };
}

} // namespace detail

/// One route's handler: a function or an object that can be called in one of four ways.
///
///     awaitable<void>(context, request const&, event_stream&)  // an event stream
///     awaitable<response>(context, request const&)             // a plain answer
///     awaitable<void>(context, event_stream&)                  // a stream; `out.request()` is the request
///     awaitable<response>(context)                             // a plain answer
///
/// An object that fits several is called in the first of these ways. It is called on the loops of the
/// server: if there are several, what the function shares must be thread-safe.
struct handler
{
    template <typename Callable>
        requires detail::handler_like<Callable>
    handler(Callable callable) // NOLINT(google-explicit-constructor)
        : call(detail::marked(std::move(callable))), is_stream(detail::gives_stream<Callable>)
    {}
    /// Does not compile, and says what would.
    template <typename Callable>
    handler(Callable) // NOLINT(google-explicit-constructor)
    {
        static_assert(sizeof(Callable) == 0,
                      "tidings: a handler is called as awaitable<void>(context, request const&, "
                      "event_stream&), awaitable<response>(context, request const&), "
                      "awaitable<void>(context, event_stream&) or awaitable<response>(context)");
    }

    stream_handler call;
    bool is_stream; ///< whether it answers with an event stream
};

} // namespace tidings
