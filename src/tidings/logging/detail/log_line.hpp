// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/log.hpp>
#include <tidings/stream/stream_end.hpp>

#include <chrono>
#include <string>
#include <string_view>

/// Lines as text and as JSON, without their line ends.
namespace tidings::detail {

using wall_time = std::chrono::system_clock::time_point;

std::string message_as_text(wall_time now, log_level level, std::string_view message);
/// The members time, level and message. What is not UTF-8 becomes U+FFFD.
std::string message_as_json(wall_time now, log_level level, std::string_view message);

/// `line` is what `log_requests` makes of the request.
std::string request_as_text(wall_time now, std::string_view line);
/// The members of `stream_end`; durations in seconds. Texts that are empty, and what the request did not
/// come to, are left out.
std::string request_as_json(wall_time now, stream_end const& over);

} // namespace tidings::detail
