// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace tidings::detail {

/// A regular file that is open for reading. Its calls may wait for a disk: not for a loop.
class file_reader
{
public:
    /// Opens `path`. Where `folder` is not empty, `path` is taken from there, and nothing is opened that does
    /// not lie below it, whatever dots and symbolic links say. What is no regular file counts as missing, and
    /// is not waited for; nor is there a file whose path has a NUL in it, since the system would stop there.
    file_reader(std::filesystem::path const& folder, std::filesystem::path const& path);
    ~file_reader();
    file_reader(file_reader const&) = delete;
    file_reader& operator=(file_reader const&) = delete;

    /// Why there is no file, or why the last `read` failed, as `errno` says it; 0: there is one.
    int error() const noexcept { return error_; }

    /// When it was opened: behind its path there may be another file by now.
    std::uint64_t size() const noexcept { return size_; }

    /// The next bytes, some 64 KiB; empty at the end, and on an error.
    std::string read();

private:
    int descriptor_ = -1;
    int error_ = 0;
    std::uint64_t size_ = 0;
};

} // namespace tidings::detail
