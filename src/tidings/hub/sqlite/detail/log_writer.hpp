// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/detail/erasures.hpp>
#include <tidings/hub/sqlite/detail/sqlite.hpp>
#include <tidings/hub/topic_log.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// A topic that is open. Only the thread that writes changes the row.
struct open_topic
{
    std::string name;
    std::string epoch;
    std::int64_t row = 0;  ///< 0: nothing was kept of it yet
    std::size_t opens = 0; ///< those who have it open
};

struct queued_event
{
    std::shared_ptr<open_topic> topic;
    logged_event value;
    topic_log::kept when_kept;
    std::exception_ptr error{}; ///< why it was not kept
    std::int64_t row = 0;       ///< of its topic, also of one that is made with this event
};

/// The one connection that writes to a log, and the lock on the file. Used by one thread at a time.
class log_writer
{
public:
    log_writer(std::string const& path, std::string const& vfs, std::size_t wal_bytes);
    log_writer(log_writer const&) = delete;
    log_writer& operator=(log_writer const&) = delete;

    std::string const& path() const { return database_.path(); }

    /// Fills in the row and the epoch of a topic by its name; a topic that has no row does not get one. Its
    /// events without a possible number are given one, so that they are left out once and the topic goes on.
    void find(open_topic& topic);

    /// Keeps them in one transaction, with rows for topics that have none. Who could not be kept has an error
    /// afterwards; who was has the row of its topic.
    void keep(std::vector<queued_event>& events);

    /// Deletes in one transaction; gives the ranges in which nothing is left. Throws.
    std::vector<std::pair<std::int64_t, std::uint64_t>> erase(erasure_step const& step);

    /// Brings the second file into the first one, when it has become large.
    void fold();

private:
    std::int64_t row_of(open_topic const& topic);
    void insert(queued_event& each);
    void void_failed_commit();

    sqlite_database lock_; // given back last
    sqlite_database database_;
    std::string const seed_;
    sqlite_statement find_;
    sqlite_statement make_;
    sqlite_statement insert_;
    sqlite_statement save_number_;
    sqlite_statement erase_;
    sqlite_statement erase_before_;
    sqlite_statement set_aside_;
    std::size_t const wal_bytes_;
    int wal_pages_ = 0;
};

} // namespace tidings::detail
