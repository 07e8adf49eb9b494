// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/parse_error.hpp>
#include <tidings/http/request.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace tidings::detail {

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

    /// Whether a head was put since the last `reset`.
    [[nodiscard]] bool has_head() const noexcept;
    [[nodiscard]] bool is_done() const noexcept;
    /// Whether what comes next is not the body itself, but a line between its chunks.
    [[nodiscard]] bool is_between_chunks() const noexcept;
    [[nodiscard]] bool expects_continue() const noexcept;
    [[nodiscard]] request& head() noexcept;
    /// What Content-Length says.
    [[nodiscard]] std::optional<std::uint64_t> body_size() const noexcept;
    [[nodiscard]] bool is_body_too_large() const noexcept;
    [[nodiscard]] std::size_t body_so_far() const noexcept;
    [[nodiscard]] internal::parse_error error() const noexcept;

    [[nodiscard]] request take();
    void reset() noexcept;

private:
    class beast_parser;
    struct state;

    std::unique_ptr<state> state_;
};

} // namespace tidings::detail
