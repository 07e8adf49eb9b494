// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/request_policy.hpp>

#include <string_view>

namespace tidings::detail {

/// Reads the head of an HTTP/1 request, from the request line to the blank line, in which `scan_lines` has
/// found nothing to refuse: the policy is told each part of it, and asked. Says also what nobody but HTTP/1
/// has: versions, and how the body is framed (RFC 9112, 6).
[[nodiscard]] internal::parse_error parse_head(std::string_view head, internal::request_policy& into);

/// Reads a line of a head or of trailers, and gives name and value to that member of the policy.
[[nodiscard]] internal::parse_error
parse_field(std::string_view line, internal::request_policy& into,
            internal::parse_error (internal::request_policy::*take)(std::string_view, std::string_view));

} // namespace tidings::detail
