// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/detail/sqlite.hpp>
#include <tidings/stream/log.hpp>

#include <cstdint>
#include <string>

namespace tidings::detail {

/// Numbers end here, at 2^53 - 1: one that is read from a file can be told from damage.
inline constexpr std::int64_t max_stored_number = (std::int64_t(1) << 53) - 1;

/// The path in the one form that all who open the same file come to.
std::string canonical_store_path(std::string const& path);

/// Locks the store at `path` for as long as the result lives. The lock is a file of its own, PATH-lock, so
/// that other connections can read and copy the store. Throws when another store holds it.
sqlite_database lock_store(std::string const& path, std::string const& vfs);

/// Opens the file of a store for writing, and makes it when there is none; one of an earlier version is
/// carried over, which `log` is told. Changes nothing in a file that is something else, which is refused.
sqlite_database open_store(std::string const& path, std::string const& vfs, std::size_t wal_bytes,
                           log_hook const& log);

/// One more connection to a store that is open, for reading.
sqlite_database open_store_to_read(std::string const& path, std::string const& vfs);

/// Copies the whole store at `path`, as it is at one moment, to another file, which is on the disk
/// afterwards. The content of a database that is there already is replaced in one step. Throws, and then
/// there is what was there before.
void copy_store(std::string const& path, std::string const& to, std::string const& vfs);

} // namespace tidings::detail
