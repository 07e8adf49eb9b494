// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/send_file.hpp>
#include <tidings/server/detail/send_response.hpp>
#include <tidings/wait/context.hpp>

#include <algorithm>
#include <string_view>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// A large body goes out in pieces, so that what waits for a slow peer stays small.
constexpr std::size_t piece_size = 64 * 1024;

asio::awaitable<bool> send_bytes(internal::writer& out, std::string_view bytes)
{
    bool is_sent = true;
    while (is_sent && !bytes.empty()) {
        out.append(bytes.substr(0, piece_size));
        bytes.remove_prefix(std::min(piece_size, bytes.size()));
        is_sent = co_await out.written();
    }
    co_return is_sent;
}

} // namespace

asio::awaitable<bool> send_response(internal::writer& out, asio::io_context& io, shared_state& shared,
                                    response& answer, internal::head_params params, bool head_only)
{
    if (answer.file_path()) {
        // The handler's context may have ended; the answer ends with the connection, which `out` tells.
        auto const sending = context::root(io.get_executor());
        bool const is_sent = co_await send_file(out, sending, answer, params, head_only, shared);
        co_return is_sent;
    }
    out.append(internal::plain_head(answer.status(), answer.fields(), answer.body().size(), params));
    std::string_view const body = head_only ? std::string_view() : std::string_view(answer.body());
    out.append(body.substr(0, piece_size));
    bool is_sent = co_await out.written();
    if (is_sent && body.size() > piece_size)
        is_sent = co_await send_bytes(out, body.substr(piece_size));
    co_return is_sent;
}

} // namespace tidings::detail
