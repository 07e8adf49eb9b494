// SPDX-License-Identifier: BSL-1.0
#include "visits.hpp"

#include <sqlite3.h>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

namespace {

void check(sqlite3* database, int result)
{
    if (result != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(database));
}

auto open_database()
{
    sqlite3* database = nullptr;
    int const result = sqlite3_open(":memory:", &database);
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> owned(database, &sqlite3_close);
    check(database, result);
    check(database, sqlite3_exec(database, "create table visits (at text default current_timestamp)", nullptr,
                                 nullptr, nullptr));
    return owned;
}

} // namespace

int count_visit()
{
    static std::mutex mutex;
    static auto const database = open_database();
    std::lock_guard const lock(mutex);
    int visits = 0;
    auto const read = [](void* into, int, char** values, char**) {
        *static_cast<int*>(into) = std::stoi(values[0]);
        return 0;
    };
    check(database.get(),
          sqlite3_exec(database.get(), "insert into visits default values; select count(*) from visits", read,
                       &visits, nullptr));
    return visits;
}
