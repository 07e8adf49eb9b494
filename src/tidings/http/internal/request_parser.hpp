// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/detail/body_reader.hpp>
#include <tidings/http/internal/request_policy.hpp>
#include <tidings/http/request.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::internal {

enum class parse_state
{
    need_more,     // all bytes were taken, the message goes on
    head_complete, // a body follows: decide upon `head()`, answer `Expect: 100-continue`, feed the rest
    complete,      // take() the request; what was not consumed belongs to the next one
    failed,        // answer error() and close: where a next request would begin cannot be known
};

struct parse_progress
{
    std::size_t consumed;
    parse_state state;
};

/// Reads HTTP/1.1 and HTTP/1.0 requests from bytes that come in any pieces; no I/O, no time. Besides what
/// `request_policy` asks of every request it is strict where leniency would let two readers of one connection
/// see different messages (RFC 9112, 11.2):
///
/// - `Content-Length`, or `Transfer-Encoding: chunked` on 1.1, never both; other codings: 501;
/// - what frames the chunks of a body may take 64 KiB and twice the bytes of the body, no more;
/// - lines end with CRLF; no bare CR or LF, no folded line, no space before a colon, no control character;
/// - versions other than 1.0 and 1.1: 505.
///
/// Empty lines before a request are skipped; trailers are read and dropped. Once the head is complete the
/// parser holds nothing but the request and the body so far. Not thread-safe.
class request_parser
{
public:
    explicit request_parser(parser_limits const& limits = {}) noexcept : policy_(limits) {}
    request_parser(request_parser const&) = delete;
    request_parser& operator=(request_parser const&) = delete;

    /// Takes bytes off the front of `bytes`. After `complete` and `failed` it takes none until `take` or
    /// `reset`.
    [[nodiscard]] parse_progress feed(std::string_view bytes);

    /// Whether a request has begun that is not complete: tells an idle connection from a slow head.
    [[nodiscard]] bool has_begun() const noexcept;

    /// What has come of a head that is not complete.
    [[nodiscard]] std::string_view unfinished_head() const noexcept { return held_; }

    /// The request without its body, from `head_complete` on until `take`. What is changed in it stays.
    [[nodiscard]] request& head() noexcept { return policy_.head(); }

    /// How many bytes the body will have, from `head_complete` on; empty if it is chunked.
    [[nodiscard]] std::optional<std::uint64_t> body_size() const noexcept { return policy_.body_size(); }

    /// Takes the place of `parser_limits::body` for this request, at `head_complete`.
    void limit_body(std::size_t most) noexcept { policy_.limit_body(most); }

    /// Whether that is more than the limit, from `head_complete` on: the next byte would be refused with 413.
    [[nodiscard]] bool is_body_too_large() const noexcept { return policy_.is_body_too_large(); }

    /// Whether the client waits for "100 Continue" before it sends the body. Valid from `head_complete` on.
    [[nodiscard]] bool expects_continue() const noexcept { return policy_.expects_continue(); }

    /// After `failed`.
    [[nodiscard]] parse_error error() const noexcept { return error_; }

    /// The request, after `complete`; the parser is ready for the next one then. After `head_complete` it has
    /// what has come of its body, and where a next one would begin is not known any more.
    [[nodiscard]] request take();

    /// Drops what was read; the parser is as new.
    void reset() noexcept;

private:
    std::size_t feed_head(std::string_view bytes);
    void end_head(std::string_view head);
    std::size_t skip_blank_lines(std::string_view bytes) noexcept;
    std::size_t feed_body(std::string_view bytes);
    std::size_t fail(parse_error error);

    request_policy policy_;
    std::optional<detail::body_reader> body_; // behind a head that is complete
    parse_state state_ = parse_state::need_more;
    parse_error error_;
    std::string held_;        // an unfinished head
    std::size_t scanned_ = 0; // how much of it was looked at
};

} // namespace tidings::internal
