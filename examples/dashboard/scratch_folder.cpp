// SPDX-License-Identifier: BSL-1.0
#include "scratch_folder.hpp"

#include <system_error>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace dashboard {

scratch_folder::scratch_folder()
{
    std::string name = std::filesystem::temp_directory_path() / "dashboard-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), "cannot make the folder " + name);
    path_ = name;
}

scratch_folder::~scratch_folder()
{
    std::error_code ignored; // best effort: the system clears its temporary files, too
    std::filesystem::remove_all(path_, ignored);
}

} // namespace dashboard
