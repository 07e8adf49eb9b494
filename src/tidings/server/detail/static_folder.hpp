// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <filesystem>
#include <string>

namespace tidings::detail {

/// The name in a route behind which a file's path stands.
inline constexpr std::string_view path_in_folder = "path_in_folder";

/// A handler that sends the file whose path stands there, by `response::file_below`. What begins with a dot
/// it does not find, and where a '/' is encoded it finds nothing: checks take it for a part of a name. Throws
/// `std::invalid_argument` if there is no such folder, or no header can have that Cache-Control.
[[nodiscard]] handler serve_folder(std::filesystem::path const& folder, std::string cache_control);

} // namespace tidings::detail
