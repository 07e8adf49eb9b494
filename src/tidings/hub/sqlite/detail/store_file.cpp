// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/carry_over.hpp>
#include <tidings/hub/sqlite/detail/store_file.hpp>

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>

namespace tidings::detail {

namespace {

constexpr std::int64_t application_id = 0x74646e67; // "tdng"

std::string pragma(char const* name, std::int64_t value)
{
    return std::string("PRAGMA ") + name + " = " + std::to_string(value);
}

[[noreturn]] void refuse(std::string const& path, std::string const& why)
{
    throw std::runtime_error("tidings: the store " + path + ": " + why);
}

/// The version of its tables; 0 of an empty file. Looks only, since the file may be somebody else's.
std::int64_t version_of(sqlite_database& database)
{
    std::int64_t const id = database.number("PRAGMA application_id");
    std::int64_t const version = database.number("PRAGMA user_version");
    if (id == 0 && version == 0 && database.number("SELECT count(*) FROM sqlite_master") == 0)
        return 0;
    if (id != application_id)
        refuse(database.path(), "this is the database of another program; give the store its own file");
    if (version != 1 && version != store_version)
        refuse(database.path(), "it was written by another version of tidings (its schema has number " +
                                    std::to_string(version) + ", this one knows those up to " +
                                    std::to_string(store_version) + "); use that version, or another file");
    return version;
}

/// SQLite takes what is shorter than its smallest page for an empty file, and would write over it.
void refuse_short_file(std::string const& path)
{
    std::error_code ignored;
    auto const size = std::filesystem::file_size(path, ignored);
    if (!ignored && size > 0 && size < 512)
        refuse(path, "this is not a store, nor a database; give the store its own file");
}

void make_store(sqlite_database& database)
{
    sqlite_transaction all(database);
    make_tables(database);
    database.run(pragma("application_id", application_id).c_str());
    all.commit();
}

void copy_pages(sqlite_database& from, sqlite_database& to)
{
    sqlite3_backup* const copy = sqlite3_backup_init(to.get(), "main", from.get(), "main");
    if (!copy)
        to.fail();
    // In one step: between two of them a commit would make it begin anew.
    int const result = sqlite3_backup_step(copy, -1);
    sqlite3_backup_finish(copy);
    if (result != SQLITE_DONE)
        throw sqlite_error(to.path(), result, std::string("cannot be copied: ") + sqlite3_errstr(result));
}

} // namespace

std::string canonical_store_path(std::string const& path)
{
    std::error_code error;
    auto const found = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
    return error ? std::filesystem::absolute(path).string() : found.string();
}

sqlite_database lock_store(std::string const& path, std::string const& vfs)
{
    sqlite_database lock(path + "-lock", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs);
    // One that is just ending, on a thread of its own, lets go of it in a moment.
    sqlite3_busy_timeout(lock.get(), 250);
    try {
        lock.run("BEGIN EXCLUSIVE");
    } catch (sqlite_error const& error) {
        if (error.code() == SQLITE_BUSY)
            refuse(path,
                   "another store has it open, in this process or another; a file belongs to one of them");
        throw;
    }
    return lock;
}

sqlite_database open_store(std::string const& path, std::string const& vfs, std::size_t wal_bytes,
                           log_hook const& log)
{
    refuse_short_file(path);
    sqlite_database database(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs);
    // Copies made by others, and a store that is just ending, hold their locks for a moment.
    sqlite3_busy_timeout(database.get(), 5'000);
    std::int64_t const version = version_of(database);
    if (sqlite3_db_readonly(database.get(), "main") == 1)
        refuse(path, "the file cannot be written; make it and its file system writable");
    if (database.text("PRAGMA journal_mode = WAL") != "wal")
        refuse(path, "its file system has no shared memory, which a store needs; use a local one");
    database.run("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;"
                 "PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = FAST; PRAGMA cell_size_check = ON");
    // A large commit, or a long copy, lets the second file grow; it is cut back afterwards.
    database.run(pragma("journal_size_limit", static_cast<std::int64_t>(2 * wal_bytes)).c_str());
    if (version == 0)
        make_store(database);
    else if (version == 1)
        carry_over(database, vfs, log);
    return database;
}

sqlite_database open_store_to_read(std::string const& path, std::string const& vfs)
{
    sqlite_database database(path, SQLITE_OPEN_READWRITE, vfs);
    sqlite3_busy_timeout(database.get(), 5'000);
    database.run("PRAGMA query_only = ON; PRAGMA cell_size_check = ON");
    return database;
}

void copy_store(std::string const& path, std::string const& to, std::string const& vfs)
{
    bool const was_there = std::filesystem::exists(to);
    try {
        auto from = open_store_to_read(path, vfs);
        sqlite_database target(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs);
        target.run("PRAGMA synchronous = EXTRA; PRAGMA fullfsync = ON"); // its place in the folder as well
        copy_pages(from, target);
    } catch (...) {
        std::error_code ignored;
        if (!was_there)
            std::filesystem::remove(to, ignored);
        throw;
    }
}

} // namespace tidings::detail
