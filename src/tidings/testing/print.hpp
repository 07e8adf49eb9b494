// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/following.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/server/server_options.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/sse/event_parser.hpp>
#include <tidings/stream/stream_end.hpp>

#include <concepts>
#include <optional>
#include <ostream>

namespace tidings {

///@{
/// Shows a value in a failed check of Catch2 or GoogleTest, which find these functions by themselves.
std::ostream& operator<<(std::ostream& out, cut_reason value);
std::ostream& operator<<(std::ostream& out, end_reason value);
std::ostream& operator<<(std::ostream& out, event const& value);
std::ostream& operator<<(std::ostream& out, follow_end value);
std::ostream& operator<<(std::ostream& out, half_close value);
std::ostream& operator<<(std::ostream& out, overflow value);
std::ostream& operator<<(std::ostream& out, publish_result const& value);
std::ostream& operator<<(std::ostream& out, publish_status value);
std::ostream& operator<<(std::ostream& out, received_event const& value);
std::ostream& operator<<(std::ostream& out, stream_end const& value);
///@}

/// Of a value of this library, so that it is found: "nothing" for an empty one.
template <typename T>
    requires requires(std::ostream& out, T const& value) {
        { operator<<(out, value) } -> std::same_as<std::ostream&>;
    }
std::ostream& operator<<(std::ostream& out, std::optional<T> const& value)
{
    return value ? out << *value : out << "nothing";
}

} // namespace tidings
