// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>

namespace dashboard {

/// A new, empty folder among the system's temporary files, gone with this object.
class scratch_folder
{
public:
    /// Throws `std::system_error` if it cannot be made.
    scratch_folder();
    ~scratch_folder();
    scratch_folder(scratch_folder const&) = delete;
    scratch_folder& operator=(scratch_folder const&) = delete;

    std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace dashboard
