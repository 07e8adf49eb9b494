// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/probe/detail/path_judgement.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::detail {

/// What a page reports of its streams.
struct path_report
{
    path_observation seen;
    std::map<std::string, std::string, std::less<>> headers; ///< of a response; names in lower case
};

/// Lines of a name, a colon and a value: `arrived`, with milliseconds between blanks, `protocol`, `encoding`,
/// `silence-cut` and `traffic-cut`, in milliseconds, and `header-…` for each header of a response. Empty if
/// it is none: an unknown name, no number, or more beats than there are.
std::optional<path_report> parse_report(std::string_view text);

} // namespace tidings::detail
