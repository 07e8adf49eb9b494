// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/detail/erasures.hpp>
#include <tidings/hub/sqlite/detail/sqlite.hpp>
#include <tidings/hub/topic_store.hpp>
#include <tidings/stream/log.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// A topic that is open. Only the thread that writes changes what was read of it.
struct open_topic
{
    std::string name;
    std::size_t opens = 0; ///< those who have it open
    std::int64_t row = 0;  ///< 0: nothing was kept of it yet
    std::uint64_t newest = 0;
    std::exception_ptr error{}; ///< why it could not be opened
};

struct queued_event
{
    std::shared_ptr<open_topic> topic;
    stored_event value;
    std::function<void(topic_store::kept)> when_kept;
    std::exception_ptr error{}; ///< why it was not kept
    std::int64_t row = 0;       ///< of its topic, also of one that is made with this event
};

/// The one connection that writes to a store, and the lock on the file. Used by one thread at a time.
class store_writer
{
public:
    store_writer(std::string const& path, std::string const& vfs, std::size_t wal_bytes, log_hook const& log);
    store_writer(store_writer const&) = delete;
    store_writer& operator=(store_writer const&) = delete;

    std::string const& path() const { return database_.path(); }
    store_events::life const& life() const { return life_; }

    /// Fills in the row and the newest number of a topic by its name; a topic that has no row does not get
    /// one. Throws.
    void find(open_topic& topic);

    /// Numbers them in their order and keeps them in one transaction, with rows for topics that have none.
    /// Who could not be kept has an error afterwards; who was has the row of its topic. A number is used
    /// once, also by what was not kept.
    void keep(std::vector<queued_event>& events);

    /// Deletes in one transaction; gives the ranges in which nothing is left. Throws.
    std::vector<std::pair<std::int64_t, std::uint64_t>> erase(erasure_step const& step);

    /// Brings the second file into the first one, when it has become large.
    void fold();

private:
    store_events::life read_life();
    void set_aside_impossible_numbers();
    std::int64_t row_of(open_topic const& topic);
    void insert(queued_event& each);
    void void_failed_commit();

    sqlite_database lock_; // given back last
    sqlite_database database_;
    store_events::life life_;
    sqlite_statement find_;
    sqlite_statement make_;
    sqlite_statement insert_;
    sqlite_statement save_newest_;
    sqlite_statement erase_;
    sqlite_statement note_lost_;
    sqlite_statement erase_before_;
    std::size_t const wal_bytes_;
    int wal_pages_ = 0;
};

} // namespace tidings::detail
