// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/handler.hpp>

namespace tidings::detail {

boost::asio::awaitable<void> respond_with(boost::asio::awaitable<response> answering, event_stream& out)
{
    response answer = co_await std::move(answering);
    co_await out.respond(std::move(answer));
}

} // namespace tidings::detail
