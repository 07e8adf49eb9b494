// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/own_answers.hpp>

namespace asio = boost::asio;

namespace tidings::detail {

response unrouted(route_match<std::size_t> const& found)
{
    if (found.outcome() == route_outcome::method_not_allowed)
        return response::text("method not allowed\n", 405).with_header("Allow", found.allow());
    if (found.outcome() == route_outcome::options)
        return response(204).with_header("Allow", found.allow());
    return response::text("not found\n", 404);
}

asio::awaitable<void> answer_as_decided(context, request const&, event_stream& out)
{
    response answer = out.take_response();
    co_await out.respond(std::move(answer));
}

asio::awaitable<void> open_only(context, request const&, event_stream& out)
{
    co_await out.open();
}

} // namespace tidings::detail
