// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <sqlite3.h>

#include <memory>
#include <string>

namespace tidings::test {

/// Changes and reads the file of a store as another program does.
inline void edit_file(std::string const& path, std::string const& statements)
{
    sqlite3* opened = nullptr;
    sqlite3_open(path.c_str(), &opened);
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> const database(opened, &sqlite3_close);
    INFO(statements);
    REQUIRE(sqlite3_exec(opened, statements.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
}

/// All that a query gives, with blanks and line ends in between.
inline std::string ask_file(std::string const& path, std::string const& query)
{
    sqlite3* opened = nullptr;
    sqlite3_open(path.c_str(), &opened);
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> const database(opened, &sqlite3_close);
    std::string all;
    auto const read = [](void* into, int count, char** values, char**) {
        auto& text = *static_cast<std::string*>(into);
        text += text.empty() ? "" : "\n";
        for (int i = 0; i < count; ++i)
            text += (i ? " " : "") + std::string(values[i] ? values[i] : "null");
        return 0;
    };
    INFO(query);
    REQUIRE(sqlite3_exec(opened, query.c_str(), read, &all, nullptr) == SQLITE_OK);
    return all;
}

} // namespace tidings::test
