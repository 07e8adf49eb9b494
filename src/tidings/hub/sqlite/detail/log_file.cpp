// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/epoch_seed.hpp>
#include <tidings/hub/sqlite/detail/log_file.hpp>

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>

namespace tidings::detail {

namespace {

constexpr std::int64_t application_id = 0x74646e67; // "tdng"
constexpr std::int64_t schema_version = 1;

// Numbers live in the rows of their events; a topic's own row takes over before the last of them is deleted.
// The row of `failures` is there to be written, see log_writer.
constexpr char const* schema = R"(
    CREATE TABLE topics(
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        epoch TEXT NOT NULL,
        next_number INTEGER NOT NULL);
    CREATE TABLE events(
        topic INTEGER NOT NULL,
        number INTEGER NOT NULL,
        own_id TEXT NOT NULL,
        key TEXT NOT NULL,
        text TEXT NOT NULL,
        published INTEGER NOT NULL); -- nanoseconds since 1970
    CREATE UNIQUE INDEX events_by_number ON events(topic, number);
    CREATE TABLE failures(count INTEGER NOT NULL);
    INSERT INTO failures VALUES(0);
)";

std::string pragma(char const* name, std::int64_t value)
{
    return std::string("PRAGMA ") + name + " = " + std::to_string(value);
}

[[noreturn]] void refuse(std::string const& path, std::string const& why)
{
    throw std::runtime_error("tidings: the log " + path + ": " + why);
}

/// Looks only, since the file may be somebody else's. True when it is empty.
bool is_new(sqlite_database& database)
{
    std::int64_t const id = database.number("PRAGMA application_id");
    std::int64_t const version = database.number("PRAGMA user_version");
    if (id == 0 && version == 0 && database.number("SELECT count(*) FROM sqlite_master") == 0)
        return true;
    if (id != application_id)
        refuse(database.path(), "this is a database of something else; give the log a file of its own");
    if (version != schema_version)
        refuse(database.path(), "it was written by another version of tidings (its schema has number " +
                                    std::to_string(version) + ", this one knows " +
                                    std::to_string(schema_version) + "); use that version, or another file");
    return false;
}

/// SQLite takes what is shorter than its smallest page for an empty file, and would write over it.
void refuse_short_file(std::string const& path)
{
    std::error_code ignored;
    auto const size = std::filesystem::file_size(path, ignored);
    if (!ignored && size > 0 && size < 512)
        refuse(path, "this is no log, and no database either; give the log a file of its own");
}

void make_tables(sqlite_database& database)
{
    sqlite_transaction all(database);
    database.run(schema);
    database.run(pragma("application_id", application_id).c_str());
    database.run(pragma("user_version", schema_version).c_str());
    all.commit();
}

// What the epochs of topics are made from of which nothing was kept yet: without it each start would give
// them another one.
void ensure_seed(sqlite_database& database)
{
    if (database.number("SELECT count(*) FROM sqlite_master WHERE name = 'identity'") > 0 &&
        database.number("SELECT count(*) FROM identity") > 0)
        return;
    sqlite_transaction all(database);
    database.run("CREATE TABLE IF NOT EXISTS identity(seed TEXT NOT NULL)");
    sqlite_statement(database, "INSERT INTO identity VALUES(?1)").bind(1, make_seed()).run();
    all.commit();
}

// Earlier versions made a row for each name that anybody asked for.
void delete_unused_rows(sqlite_database& database)
{
    database.run("DELETE FROM topics WHERE next_number = 1 "
                 "AND NOT EXISTS (SELECT 1 FROM events WHERE topic = topics.id)");
}

} // namespace

std::string canonical_log_path(std::string const& path)
{
    std::error_code error;
    auto const found = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
    return error ? std::filesystem::absolute(path).string() : found.string();
}

sqlite_database lock_log(std::string const& path, std::string const& vfs)
{
    sqlite_database lock(path + "-lock", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs);
    try {
        lock.run("BEGIN EXCLUSIVE");
    } catch (sqlite_error const& error) {
        if (error.code() == SQLITE_BUSY)
            refuse(path,
                   "another log has it open, in this process or another; a file belongs to one of them");
        throw;
    }
    return lock;
}

sqlite_database open_log(std::string const& path, std::string const& vfs, std::size_t wal_bytes)
{
    refuse_short_file(path);
    sqlite_database database(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs);
    bool const must_be_made = is_new(database);
    if (sqlite3_db_readonly(database.get(), "main") == 1)
        refuse(path, "the file cannot be written; make it and its file system writable");
    // Copies made by others hold their locks for a moment; only the log's own thread waits for them.
    sqlite3_busy_timeout(database.get(), 5'000);
    if (database.text("PRAGMA journal_mode = WAL") != "wal")
        refuse(path, "its file system has no shared memory, which a log needs; use a local one");
    database.run("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;"
                 "PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = FAST; PRAGMA cell_size_check = ON");
    // A large commit, or a long copy, lets the second file grow; it is cut back afterwards.
    database.run(pragma("journal_size_limit", static_cast<std::int64_t>(2 * wal_bytes)).c_str());
    if (must_be_made)
        make_tables(database);
    ensure_seed(database);
    delete_unused_rows(database);
    return database;
}

sqlite_database open_log_to_read(std::string const& path, std::string const& vfs)
{
    sqlite_database database(path, SQLITE_OPEN_READWRITE, vfs);
    sqlite3_busy_timeout(database.get(), 5'000);
    database.run("PRAGMA query_only = ON; PRAGMA cell_size_check = ON");
    return database;
}

} // namespace tidings::detail
