// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::detail {

/// The id of an event in a stream of several topics: a place in each of them, by the topics' names. A place
/// is an id that the topic has made, see `automatic_id`.
///
///     orders=b2k4zq7c1m0f-17&alerts=9fjs0c3l5e2a-3
///
/// What is neither a letter, a digit nor one of `-._~` is percent-encoded, so names may be any text.
using position_list = std::vector<std::pair<std::string, std::string>>;

/// Appends one place.
void append_position(std::string& to, std::string_view topic, std::string_view place);

/// How many bytes a place takes at most, with what joins it to others.
std::size_t max_position_size(std::string_view topic, std::string_view epoch);

/// Empty when the text is no such list.
std::optional<position_list> parse_positions(std::string_view text);

} // namespace tidings::detail
