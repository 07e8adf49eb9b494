// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace tidings::detail {

/// What SQLite refused: the file, what is wrong, and what can be done about it.
class sqlite_error : public std::runtime_error
{
public:
    sqlite_error(std::string const& path, int code, std::string const& details);

    /// The basic result code, SQLITE_FULL for one.
    int code() const { return code_; }

private:
    int code_;
};

/// An open file of SQLite. Used by one thread at a time.
class sqlite_database
{
public:
    sqlite_database(std::string path, int flags, std::string const& vfs);

    std::string const& path() const { return path_; }
    sqlite3* get() const { return handle_.get(); }

    /// Runs statements that answer nothing, or nothing of interest.
    void run(char const* statements);
    /// The first value of the answer.
    std::int64_t number(char const* statement);
    std::string text(char const* statement);

    [[noreturn]] void fail() const;

private:
    struct closer
    {
        void operator()(sqlite3* handle) const;
    };

    std::string path_;
    std::unique_ptr<sqlite3, closer> handle_;
};

/// A prepared statement. Bound text is borrowed until `reset`.
class sqlite_statement
{
public:
    sqlite_statement(sqlite_database& database, char const* text);

    sqlite_statement& bind(int parameter, std::int64_t value);
    sqlite_statement& bind(int parameter, std::string_view value);

    /// True when it came to a row; false at the end.
    bool step();
    /// Runs it to its end, for statements without an answer, and makes it ready to be run again.
    void run();
    void reset();

    std::int64_t number(int column) const;
    std::string text(int column) const;

private:
    struct finalizer
    {
        void operator()(sqlite3_stmt* handle) const;
    };

    sqlite_database* database_;
    std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

/// Undone at the end of the scope unless it was committed.
class sqlite_transaction
{
public:
    explicit sqlite_transaction(sqlite_database& database);
    ~sqlite_transaction();
    sqlite_transaction(sqlite_transaction const&) = delete;
    sqlite_transaction& operator=(sqlite_transaction const&) = delete;

    void commit();

private:
    sqlite_database& database_;
};

} // namespace tidings::detail
