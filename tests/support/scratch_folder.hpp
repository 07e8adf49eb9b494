// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <system_error>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <stdlib.h>
#include <string>

namespace tidings::test {

/// An empty folder, removed at the end of the scope.
class scratch_folder
{
public:
    scratch_folder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "tidings-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw std::runtime_error("cannot make " + name);
        path_ = name;
    }
    ~scratch_folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_folder(scratch_folder const&) = delete;
    scratch_folder& operator=(scratch_folder const&) = delete;

    std::string file(std::string const& name) const { return (path_ / name).string(); }
    /// Makes the file, or puts the text in the place of what it held.
    void write(std::string const& name, std::string const& text) const
    {
        std::ofstream(file(name), std::ios::binary | std::ios::trunc) << text;
    }

private:
    std::filesystem::path path_;
};

} // namespace tidings::test
