// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/detail/answer_with.hpp>

#include <utility>

namespace tidings::detail {

boost::asio::awaitable<void> answer_with(event_stream& out, response answer)
{
    co_await out.respond(std::move(answer));
}

} // namespace tidings::detail
