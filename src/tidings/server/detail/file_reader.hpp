// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
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
    /// not lie below it, whatever dots and symbolic links say; of a folder in it, its `index.html` is opened.
    /// What is no regular file counts as missing, and is not waited for; nor is there a file whose path has a
    /// NUL in it, since the system would stop there, or a segment "." or an empty one, which would pass for
    /// another path than it is.
    file_reader(std::filesystem::path const& folder, std::filesystem::path const& path);
    ~file_reader();
    file_reader(file_reader const&) = delete;
    file_reader& operator=(file_reader const&) = delete;

    /// Why there is no file, or why the last `read` failed, as `errno` says it; 0: there is one.
    int error() const noexcept { return error_; }

    /// When it was opened: behind its path there may be another file by now.
    std::uint64_t size() const noexcept { return size_; }

    /// Whether `path` is a folder, and the file its page.
    bool is_index() const noexcept { return is_index_; }

    /// A strong entity tag (RFC 9110, 8.8.3): the size and both times of the file. Whatever changes it moves
    /// its second time, which nobody can set: also a file that takes its name, with its size and the time
    /// that a build or a copy gave it.
    std::string const& tag() const noexcept { return tag_; }

    /// When it was changed; never in the future.
    std::chrono::sys_seconds modified() const noexcept { return modified_; }

    /// The next bytes, some 64 KiB; empty at the end, and on an error.
    std::string read();

private:
    /// What kind of thing was opened, as `stat` says it; 0 on an error.
    unsigned open(std::filesystem::path const& folder, std::filesystem::path const& path);

    int descriptor_ = -1;
    int error_ = 0;
    bool is_index_ = false;
    std::uint64_t size_ = 0;
    std::chrono::sys_seconds modified_{};
    std::string tag_;
};

} // namespace tidings::detail
