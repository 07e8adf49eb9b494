// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/request_policy.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/server/detail/route_table.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tidings::detail {

/// A request on its way in. Its fields (RFC 9113, 8.3) become those of HTTP/1.1: what stands in
/// pseudo-headers there stands in the request line and in Host here, so that handlers see no difference, and
/// what `request_policy` asks of every request is asked of it. No I/O.
///
/// That pseudo-headers come first, each once, that names are in lower case and that no field is one of a
/// connection has been checked before, by the library that decodes the fields.
class incoming_request
{
public:
    explicit incoming_request(internal::parser_limits const& limits, time_point now = {})
        : policy_(limits), began_(now)
    {}

    // In the order in which they come. What is wrong stays, and all that follows is dropped.

    void add_field(std::string_view name, std::string_view value);
    /// No more of them; `is_all`: no body follows.
    void end_head(bool is_all);
    void add_body(std::string_view bytes);
    void add_trailer(std::string_view name, std::string_view value);
    void end() noexcept { is_whole_ = true; }

    internal::parse_error error() const noexcept { return error_; }
    bool has_head() const noexcept { return has_head_; }
    bool is_whole() const noexcept { return is_whole_; }

    /// After `end_head` without an error.
    internal::request_policy& policy() noexcept { return policy_; }

    /// What becomes of it, as its head says: bounds the body.
    void decide(reception by);
    /// Null before.
    reception* decided() noexcept { return decided_ ? &*decided_ : nullptr; }

    /// How many bytes of the body have come since this was asked last.
    std::size_t take_news() noexcept;
    /// How long it may still take; none of it is left to one whose head is not whole.
    duration time_left(server_options const& options, time_point now) const noexcept;

private:
    void begin();
    void add_header(std::string_view name, std::string_view value);

    internal::request_policy policy_;
    internal::parse_error error_;
    std::optional<reception> decided_;
    time_point began_;
    std::size_t size_ = 0; // of the head
    std::size_t told_ = 0; // by `take_news`
    bool has_begun_ = false;
    bool has_head_ = false;
    bool is_whole_ = false;
    std::string method_, path_, authority_; // until the first other field
    std::string cookies_;                   // which may come in several fields
};

} // namespace tidings::detail
