// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/request_policy.hpp>

#include <string>
#include <string_view>

namespace tidings::detail {

/// Makes a request of the fields that an HTTP/2 stream begins with (RFC 9113, 8.3): what stands in
/// pseudo-headers there stands in the request line and in Host here, so that handlers see no difference. What
/// `request_policy` asks of every request is asked of it. No I/O.
///
/// That pseudo-headers come first, each once, that names are in lower case and that no field is one of a
/// connection has been checked before, by the library that decodes the fields.
class request_head
{
public:
    explicit request_head(internal::parser_limits const& limits) : policy_(limits) {}

    /// In the order in which they come. What is wrong stays, and all that follows is dropped.
    void add(std::string_view name, std::string_view value);
    /// No more of them; `is_all`: no body follows.
    void end(bool is_all);
    void add_trailer(std::string_view name, std::string_view value);

    internal::parse_error error() const noexcept { return error_; }

    /// After `end` without an error.
    internal::request_policy& policy() noexcept { return policy_; }

private:
    void begin();
    void add_field(std::string_view name, std::string_view value);

    internal::request_policy policy_;
    internal::parse_error error_;
    std::size_t size_ = 0;
    bool has_begun_ = false;
    std::string method_, path_, authority_; // until the first other field
    std::string cookies_;                   // which may come in several fields
};

} // namespace tidings::detail
