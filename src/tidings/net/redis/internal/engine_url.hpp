// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::internal {

/// Where an engine is, and how to be let in.
struct engine_url
{
    std::string host{};
    std::uint16_t port = 6379;
    std::string unix_socket{}; ///< in place of host and port
    bool is_encrypted = false;
    std::string ca_file{};   ///< who signs the engine's certificate; empty: whom the system trusts
    std::string cert_file{}; ///< what is shown to the engine, with its key; empty: nothing
    std::string key_file{};
    std::string user{};
    std::string password{};
    unsigned database = 0;
    std::string prefix = "tidings"; ///< of its keys and channels

    /// For messages, without what nobody may read: "127.0.0.1 port 6379, database 0, keys tidings".
    std::string name() const;

    /// The same text for the same keys, however they are reached but for the address:
    /// "127.0.0.1:6379/0/tidings". Topics are dealt out by it (see `topic_store::identity`), so it is the
    /// same in all versions.
    std::string identity() const;
};

/// Reads `redis://user:password@host:port/database?prefix=…`,
/// `rediss://…&ca=FILE&cert=FILE&key=FILE`, which is encrypted, or
/// `unix://user:password@/path?database=…&prefix=…`; everything but the scheme and the host or path may be
/// absent. Throws `std::invalid_argument` with a text that says what is wrong, and holds nothing secret.
engine_url parse_engine_url(std::string_view text);

} // namespace tidings::internal
