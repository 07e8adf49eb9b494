// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/detail/sqlite.hpp>

#include <string>

namespace tidings::detail {

/// The path in the one form that all who open the same file come to.
std::string canonical_log_path(std::string const& path);

/// Locks the log at `path` for as long as the result lives. The lock is a file of its own, PATH-lock, so that
/// other connections can read and copy the log. Throws when another log holds it.
sqlite_database lock_log(std::string const& path, std::string const& vfs);

/// Opens the file of a log for writing, and makes it when there is none. Changes nothing in a file that is
/// something else, which is refused.
sqlite_database open_log(std::string const& path, std::string const& vfs, std::size_t wal_bytes);

/// One more connection to a log that is open, for reading.
sqlite_database open_log_to_read(std::string const& path, std::string const& vfs);

} // namespace tidings::detail
