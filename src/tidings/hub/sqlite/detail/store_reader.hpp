// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/detail/sqlite.hpp>
#include <tidings/hub/topic_store.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::detail {

/// Reads a store beside its writer, without holding it up. Used by one thread at a time.
class store_reader
{
public:
    /// A page has at most so many events, and after the first no more text than that.
    static constexpr std::size_t page_events = 1'000;
    static constexpr std::size_t page_bytes = 1024 * 1024;

    store_reader(std::string const& path, std::string const& vfs);

    /// A page of a topic as it is at one moment. The file is not trusted: what the texts in it say is for the
    /// topic to judge.
    topic_store::page read(std::string_view topic, std::uint64_t after, std::uint64_t through);

private:
    sqlite_database database_;
    sqlite_statement topic_;
    sqlite_statement events_;
};

} // namespace tidings::detail
