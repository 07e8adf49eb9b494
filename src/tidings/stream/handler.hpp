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

/// Looks at the head of a request, before its body is read and before a handler is chosen: lets it through
/// (empty), or answers it. `request::body()` is empty then. What it adds to the headers goes out with
/// whatever answer the request gets, also with one of another check or of the server.
///
///     std::optional<tidings::response> refuse_robots(tidings::request const& asked, tidings::headers&)
///     {
///         if (asked.header("User-Agent").find("bot") == std::string_view::npos)
///             return std::nullopt;
///         return tidings::response::text("no robots, please\n", 403);
///     }
///
/// It may say in `asked` who asks (`set_principal`), and attach what the handler is to read (`set_value`);
/// one that does neither takes a `request const&`. It is a plain function: what has to wait for its decision
/// is a `middleware`. Called on the loops of a server, so it must be thread-safe if there are several, and
/// quick. An exception is answered with 500.
using request_check = std::function<std::optional<response>(request& asked, headers& of_the_answer)>;

/// Answers a request with an event stream, or through `event_stream::respond` with a plain response. The
/// request and the stream outlive the handler and the tasks that it spawned. Handlers read the request, as
/// `request const&`; middleware may also say who asks.
using stream_handler = std::function<boost::asio::awaitable<void>(context, request&, event_stream&)>;

/// A plain function around a handler: it may wait, answer in its place, add headers before it, and look at
/// the outcome after it. The first one given is the outermost. It runs when the body has been read; what a
/// head decides is a `request_check`.
using middleware = std::function<stream_handler(stream_handler)>;

namespace detail {

template <typename Callable>
concept stream_handler_like =
    std::is_invocable_r_v<boost::asio::awaitable<void>, Callable&, context, request&, event_stream&>;

template <typename Callable>
concept plain_handler_like =
    std::is_invocable_r_v<boost::asio::awaitable<response>, Callable&, context, request const&>;

/// Sends what a plain handler answers.
boost::asio::awaitable<void> respond_with(boost::asio::awaitable<response> answering, event_stream& out);

/// A handler of either kind, which tells the stream that the middleware ends here.
template <typename Callable>
stream_handler marked(Callable callable)
{
    return [callable = std::move(callable)](context ctx, request& asked,
                                            event_stream& out) mutable -> boost::asio::awaitable<void> {
        internal::access::core(out).handler_begins();
        if constexpr (plain_handler_like<Callable>)
            return respond_with(std::invoke(callable, std::move(ctx), asked), out);
        else
            return std::invoke(callable, std::move(ctx), asked, out);
    };
}

} // namespace detail

/// One route's handler, and which kind it was: a `stream_handler`, or one that answers a request with a plain
/// response, `awaitable<response>(context, request const&)`. It is called on the loops of the server: where
/// there are several, what the function shares must be thread-safe.
struct handler
{
    template <typename Callable>
        requires detail::stream_handler_like<Callable>
    handler(Callable callable)
        : call(detail::marked(std::move(callable))), is_stream(true) // NOLINT(google-explicit-constructor)
    {}
    template <typename Callable>
        requires detail::plain_handler_like<Callable>
    handler(Callable callable) : call(detail::marked(std::move(callable))), is_stream(false)
    {}

    stream_handler call;
    bool is_stream;
};

} // namespace tidings
