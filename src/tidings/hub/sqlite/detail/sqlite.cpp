// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/sqlite.hpp>

#include <sqlite3.h>

#include <utility>

namespace tidings::detail {

namespace {

char const* advice_for(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "free space on the disk; later events will be kept as soon as there is some";
    case SQLITE_IOERR:
        return "check the disk and the system's log; later events are tried again";
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return "make the file, its folder and its file system writable";
    case SQLITE_CANTOPEN:
        return "the folder has to exist and to be writable";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "the file is damaged or not a store; restore a copy";
    case SQLITE_BUSY:
        return "another program holds the file locked";
    default:
        return nullptr;
    }
}

std::string describe(std::string const& path, int code, std::string const& details)
{
    std::string text = "tidings: the store " + path + ": " + details;
    if (char const* advice = advice_for(code))
        text += std::string(": ") + advice;
    return text;
}

} // namespace

sqlite_error::sqlite_error(std::string const& path, int code, std::string const& details)
    : std::runtime_error(describe(path, code, details)), code_(code & 0xff)
{}

void sqlite_database::closer::operator()(sqlite3* handle) const
{
    sqlite3_close(handle);
}

sqlite_database::sqlite_database(std::string path, int flags, std::string const& vfs) : path_(std::move(path))
{
    sqlite3* handle = nullptr;
    int const result = sqlite3_open_v2(path_.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX,
                                       vfs.empty() ? nullptr : vfs.c_str());
    handle_.reset(handle);
    if (!handle)
        throw std::bad_alloc();
    if (result != SQLITE_OK)
        fail();
    sqlite3_extended_result_codes(handle, 1);
}

void sqlite_database::run(char const* statements)
{
    if (sqlite3_exec(get(), statements, nullptr, nullptr, nullptr) != SQLITE_OK)
        fail();
}

std::int64_t sqlite_database::number(char const* statement)
{
    sqlite_statement asked(*this, statement);
    return asked.step() ? asked.number(0) : 0;
}

std::string sqlite_database::text(char const* statement)
{
    sqlite_statement asked(*this, statement);
    return asked.step() ? asked.text(0) : std::string();
}

void sqlite_database::fail() const
{
    int const code = sqlite3_extended_errcode(get());
    throw sqlite_error(path_, code, std::string(sqlite3_errmsg(get())) + " (" + std::to_string(code) + ")");
}

void sqlite_statement::finalizer::operator()(sqlite3_stmt* handle) const
{
    sqlite3_finalize(handle);
}

sqlite_statement::sqlite_statement(sqlite_database& database, char const* text) : database_(&database)
{
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v3(database.get(), text, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr) !=
        SQLITE_OK)
        database.fail();
    handle_.reset(handle);
}

sqlite_statement& sqlite_statement::bind(int parameter, std::int64_t value)
{
    if (sqlite3_bind_int64(handle_.get(), parameter, value) != SQLITE_OK)
        database_->fail();
    return *this;
}

sqlite_statement& sqlite_statement::bind(int parameter, std::string_view value)
{
    // A null pointer would be bound as NULL.
    char const* const data = value.data() ? value.data() : "";
    if (sqlite3_bind_text64(handle_.get(), parameter, data, value.size(), SQLITE_STATIC, SQLITE_UTF8) !=
        SQLITE_OK)
        database_->fail();
    return *this;
}

bool sqlite_statement::step()
{
    int const result = sqlite3_step(handle_.get());
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        try {
            database_->fail();
        } catch (...) {
            reset();
            throw;
        }
    }
    return result == SQLITE_ROW;
}

void sqlite_statement::run()
{
    while (step())
        ;
    reset();
}

void sqlite_statement::reset()
{
    sqlite3_reset(handle_.get());
    sqlite3_clear_bindings(handle_.get());
}

std::int64_t sqlite_statement::number(int column) const
{
    return sqlite3_column_int64(handle_.get(), column);
}

std::string sqlite_statement::text(int column) const
{
    auto const* const data = reinterpret_cast<char const*>(sqlite3_column_text(handle_.get(), column));
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return data ? std::string(data, size) : std::string();
}

sqlite_transaction::sqlite_transaction(sqlite_database& database) : database_(database)
{
    database_.run("BEGIN IMMEDIATE");
}

sqlite_transaction::~sqlite_transaction()
{
    // An error of the disk may have ended it already.
    if (!sqlite3_get_autocommit(database_.get()))
        sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void sqlite_transaction::commit()
{
    database_.run("COMMIT");
}

} // namespace tidings::detail
