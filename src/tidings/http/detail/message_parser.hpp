// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/parse_error.hpp>
#include <tidings/http/request.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::detail {

/// What has been read of one message.
struct message_so_far
{
    std::optional<request> head{};            ///< in the making until all of the head has been taken
    std::string body{};                       ///< chunks are joined
    std::optional<std::uint64_t> body_size{}; ///< what Content-Length says
    std::uint64_t chunk_rest = 0;             ///< how much of the present chunk is to come
    bool is_chunked = false;
    bool expects_continue = false;
    bool is_body_too_large = false;
    bool is_done = false;
    internal::parse_error error{}; ///< its status is 0 as long as nothing was refused

    /// Whether what comes next is not the body itself, but a line between its chunks.
    bool is_between_chunks() const noexcept { return is_chunked && chunk_rest == 0; }
};

/// Makes requests of heads and bodies whose lines were found by `scan_lines`: Beast's parser, and the rules
/// of RFC 9110 and 9112 that Beast leaves to others. Its memory is used again for each request.
class message_parser
{
public:
    message_parser(std::size_t max_body, std::size_t max_header_count);
    message_parser(message_parser&&) noexcept;
    message_parser& operator=(message_parser&&) noexcept;
    ~message_parser();

    /// Takes a head, complete with its blank line. False if it was refused.
    bool put_head(std::string_view head);

    /// Takes bytes that follow the head, and says how many; 0 if more are needed at once, or they were
    /// refused. Between chunks these are the header of one chunk, after the line end of the chunk before, or
    /// the last chunk with its trailers up to their blank line.
    std::size_t put(std::string_view bytes);

    message_so_far& message() noexcept;
    message_so_far const& message() const noexcept;

    [[nodiscard]] request take();
    void reset() noexcept;

private:
    class beast_parser;
    struct state;

    std::unique_ptr<state> state_;
};

} // namespace tidings::detail
