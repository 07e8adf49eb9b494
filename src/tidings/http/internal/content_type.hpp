// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string_view>

namespace tidings::internal {

/// The media type that a file's extension stands for, with a charset where it is text;
/// "application/octet-stream" for an extension that is not known.
[[nodiscard]] std::string_view content_type_of(std::filesystem::path const& file);

} // namespace tidings::internal
