// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/send_response.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/run_blocking.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// A large body goes out in pieces, so that what waits for a slow peer stays small.
constexpr std::size_t piece_size = 64 * 1024;

asio::awaitable<bool> send_bytes(writer& out, std::string_view bytes)
{
    bool is_sent = true;
    while (is_sent && !bytes.empty()) {
        out.append(bytes.substr(0, piece_size));
        bytes.remove_prefix(std::min(piece_size, bytes.size()));
        is_sent = co_await out.written();
    }
    co_return is_sent;
}

struct open_file
{
    std::ifstream stream;
    std::uint64_t size = 0;
};

std::shared_ptr<open_file> open(std::filesystem::path const& path)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        return nullptr;
    auto file = std::make_shared<open_file>();
    file->stream.open(path, std::ios::binary | std::ios::ate);
    // Of the open file: behind its path there may be another one by now.
    auto const end = file->stream.tellg();
    if (end < 0 || !file->stream.seekg(0))
        return nullptr;
    file->size = static_cast<std::uint64_t>(end);
    return file;
}

std::string read_piece(std::shared_ptr<open_file> const& file)
{
    std::string piece(piece_size, '\0');
    file->stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    piece.resize(static_cast<std::size_t>(file->stream.gcount()));
    return piece;
}

asio::awaitable<bool> send_file(writer& out, context ctx, response const& answer, head_params params,
                                bool head_only)
{
    auto const file = co_await run_blocking(ctx, open, *answer.file_path());
    if (!file || !*file) {
        constexpr std::string_view not_found = "not found\n";
        headers text = answer.headers_if_missing();
        text.set("Content-Type", "text/plain; charset=utf-8");
        out.append(plain_head(404, text, not_found.size(), params));
        out.append(head_only ? std::string_view() : not_found);
        bool const is_sent = co_await out.written();
        co_return is_sent;
    }
    std::uint64_t left = (*file)->size;
    out.append(plain_head(answer.status(), answer.fields(), left, params));
    bool is_sent = co_await out.written();
    while (is_sent && left != 0 && !head_only) {
        auto const piece = co_await run_blocking(ctx, read_piece, *file);
        if (!piece || piece->empty())
            co_return false; // shorter than it was
        std::string_view const bytes = std::string_view(*piece).substr(0, left);
        left -= bytes.size();
        is_sent = co_await send_bytes(out, bytes);
    }
    co_return is_sent;
}

} // namespace

asio::awaitable<bool> send_response(writer& out, asio::io_context& io, response answer, head_params params,
                                    bool head_only)
{
    if (answer.file_path()) {
        // The handler's context may have ended; the answer ends with the connection, which `out` tells.
        auto const sending = context::root(io.get_executor());
        bool const is_sent = co_await send_file(out, sending, answer, params, head_only);
        co_return is_sent;
    }
    out.append(plain_head(answer.status(), answer.fields(), answer.body().size(), params));
    std::string_view const body = head_only ? std::string_view() : std::string_view(answer.body());
    out.append(body.substr(0, piece_size));
    bool is_sent = co_await out.written();
    if (is_sent && body.size() > piece_size)
        is_sent = co_await send_bytes(out, body.substr(piece_size));
    co_return is_sent;
}

} // namespace tidings::detail
