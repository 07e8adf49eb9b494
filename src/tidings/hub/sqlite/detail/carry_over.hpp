// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/detail/sqlite.hpp>
#include <tidings/stream/log.hpp>

#include <cstdint>
#include <string>

namespace tidings::detail {

/// Of the tables that `make_tables` makes. Version 1 had an epoch and a counter for each topic.
inline constexpr std::int64_t store_version = 2;

/// Makes the tables of a new store, with an epoch of its own. In a transaction.
void make_tables(sqlite_database& database);

/// Brings a file of version 1 into the form of this one, in one transaction, after a copy of it has been made
/// beside it, PATH-before-2. Events are numbered anew over all topics in the order of their publishing; those
/// of a topic keep theirs. What is damaged is carried along, with a text that says so, for the registry to
/// leave out and tell. Throws, and then the file is as it was.
void carry_over(sqlite_database& database, std::string const& vfs, log_hook const& log);

} // namespace tidings::detail
