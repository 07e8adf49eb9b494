// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::internal {

/// Why a request was refused: the status to answer with, and a text for the client, of static storage.
/// Status 0, which is false, means that nothing is wrong.
struct parse_error
{
    int status = 0;
    std::string_view reason{};

    explicit operator bool() const noexcept { return status != 0; }
};

/// How much of a request is taken, in bytes: plain settings.
struct parser_limits
{
    std::size_t head = std::size_t{16} * 1024;   ///< request line and headers; over it 414 or 431
    std::size_t body = std::size_t{1024} * 1024; ///< without any framing; over it 413
    std::size_t header_count = 100;              ///< trailers included; over it 431
};

/// What is accepted of a request, and with which status the rest is refused, by whatever version of HTTP it
/// comes. Makes the request while its head is read, in the order of the members. What returns a `parse_error`
/// says by it what is wrong.
///
/// - methods and the names of headers are tokens;
/// - there is exactly one Host, in 1.0 at most one, and it must be valid; an authority replaces its value;
/// - one Content-Length of digits at most;
/// - what stands once and decides something (Authorization, Content-Type, Last-Event-ID, Origin,
///   Sec-Fetch-Site) is not there twice;
/// - CONNECT: 501; expectations other than 100-continue: 417.
class request_policy
{
public:
    explicit request_policy(parser_limits const& limits) noexcept : limits_(limits) {}

    parser_limits const& limits() const noexcept { return limits_; }
    /// From now on, in place of what was given; before any of the body is taken.
    void limit_body(std::size_t most) noexcept { limits_.body = most; }

    /// A head begins; room is made for so many bytes of it in so many headers. `target` lives until its end.
    parse_error begin(std::string_view method, std::string_view target, std::string_view version,
                      std::size_t head_size, std::size_t header_count);
    parse_error add_header(std::string_view name, std::string_view value);
    /// The head is complete; `is_open`: a body follows it whose length is not told.
    parse_error end_head(bool is_open);

    /// So many bytes of the body are to come.
    parse_error announce(std::uint64_t more) const;
    void add_body(std::string_view bytes) { body_.append(bytes); }
    /// Trailers are counted, and dropped.
    parse_error add_trailer(std::string_view name, std::string_view value);

    bool has_head() const noexcept { return head_.has_value(); }
    request& head() noexcept { return *head_; }
    std::size_t body_so_far() const noexcept { return body_.size(); }

    // Of a complete head.

    /// What Content-Length says.
    std::optional<std::uint64_t> body_size() const noexcept { return body_size_; }
    bool is_body_too_large() const noexcept { return body_size_.value_or(0) > limits_.body; }
    /// Whether the client waits for "100 Continue" before it sends the body.
    bool expects_continue() const noexcept { return expects_continue_; }

    /// The request with what has come of its body; this is as new.
    [[nodiscard]] request take();
    void reset() noexcept { *this = request_policy(limits_); }

private:
    parse_error count_field(std::string_view name);
    parse_error check_expectation(bool has_body);

    parser_limits limits_;
    std::optional<request> head_;
    std::string body_;
    std::optional<std::uint64_t> body_size_;
    std::string_view authority_; // into the target, while the head is read
    std::size_t header_count_ = 0;
    bool has_host_ = false;
    bool expects_continue_ = false;
};

} // namespace tidings::internal
