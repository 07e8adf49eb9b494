// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

namespace tidings::test {

/// A file of so many bytes, each an 'f', that is gone afterwards; one at a time in a process.
class scratch_file
{
public:
    explicit scratch_file(std::size_t size)
        : path(std::filesystem::temp_directory_path() / ("tidings-scratch-" + std::to_string(::getpid())))
    {
        std::ofstream(path) << std::string(size, 'f');
    }
    ~scratch_file() { std::filesystem::remove(path); }
    scratch_file(scratch_file const&) = delete;
    scratch_file& operator=(scratch_file const&) = delete;

    std::filesystem::path const path;
};

} // namespace tidings::test
