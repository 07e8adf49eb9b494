// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/headers.hpp>
#include <tidings/http/request.hpp>

namespace tidings::internal {

/// Whether a client that asks by GET or HEAD has already what these fields describe, by their ETag and
/// Last-Modified (RFC 9110, 13.1): it gets a 304 in place of the content. If-None-Match decides where it is
/// there, by weak comparison, and If-Modified-Since does not count then; a date that is none never counts.
[[nodiscard]] bool is_unchanged(request const& asked, headers const& fields);

} // namespace tidings::internal
