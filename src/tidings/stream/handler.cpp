// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/handler.hpp>

namespace tidings::detail {

namespace {

boost::asio::awaitable<void> respond_with(plain_handler const& handler, context ctx, request const& asked,
                                          event_stream& out)
{
    response answer = co_await handler(std::move(ctx), asked);
    co_await out.respond(std::move(answer));
}

} // namespace

stream_handler answering(plain_handler handler)
{
    return [handler = std::move(handler)](context ctx, request const& asked, event_stream& out) {
        return respond_with(handler, std::move(ctx), asked, out);
    };
}

} // namespace tidings::detail
