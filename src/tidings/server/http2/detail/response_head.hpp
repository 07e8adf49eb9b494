// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/headers.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::detail {

/// The head of an answer as HTTP/2 sends it: the status first, then fields whose names are in lower case, and
/// of which none is of a connection (RFC 9113, 8.2 and 8.3.2).
using response_lines = std::vector<std::pair<std::string, std::string>>;

/// Of an event stream, with the same defaults as over HTTP/1.1.
response_lines stream_lines(int status, headers const& fields, std::string_view date);

/// Of a plain answer.
response_lines plain_lines(int status, headers const& fields, std::uint64_t body_size, std::string_view date);

} // namespace tidings::detail
