// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/log_file.hpp>
#include <tidings/hub/sqlite/detail/log_reader.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

std::chrono::system_clock::time_point read_time(std::int64_t stored)
{
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::nanoseconds(stored)));
}

/// Many reads of one moment.
class snapshot
{
public:
    explicit snapshot(sqlite_database& database) : database_(database) { database_.run("BEGIN"); }
    ~snapshot() { sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr); }
    snapshot(snapshot const&) = delete;
    snapshot& operator=(snapshot const&) = delete;

private:
    sqlite_database& database_;
};

void copy_pages(sqlite_database& from, sqlite_database& to)
{
    sqlite3_backup* const copy = sqlite3_backup_init(to.get(), "main", from.get(), "main");
    if (!copy)
        to.fail();
    // In one step: between two of them a commit would make it begin anew.
    int const result = sqlite3_backup_step(copy, -1);
    sqlite3_backup_finish(copy);
    if (result != SQLITE_DONE)
        throw sqlite_error(to.path(), result, std::string("cannot be copied: ") + sqlite3_errstr(result));
}

} // namespace

log_reader::log_reader(std::string const& path, std::string vfs)
    : vfs_(std::move(vfs)), database_(open_log_to_read(path, vfs_)),
      topic_(database_, "SELECT next_number FROM topics WHERE id = ?1"),
      events_(database_, "SELECT number, own_id, key, text, published FROM events "
                         "WHERE topic = ?1 ORDER BY number")
{}

log_tail log_reader::read(open_topic const& topic)
{
    log_tail tail{.epoch = topic.epoch, .events = {}};
    if (topic.row == 0)
        return tail;
    std::lock_guard const guard(lock_);
    try {
        snapshot const one_moment(database_);
        if (topic_.bind(1, topic.row).step()) {
            tail.next_number = static_cast<std::uint64_t>(topic_.number(0));
        }
        events_.bind(1, topic.row);
        while (events_.step()) {
            // Also an event that cannot be read has taken its number.
            auto const number = static_cast<std::uint64_t>(events_.number(0));
            tail.next_number = std::max(tail.next_number, number + 1);
            tail.events.push_back({.number = number,
                                   .own_id = events_.text(1),
                                   .key = events_.text(2),
                                   .text = events_.text(3),
                                   .published = read_time(events_.number(4))});
        }
        topic_.reset();
        events_.reset();
    } catch (...) {
        topic_.reset();
        events_.reset();
        throw;
    }
    return tail;
}

void log_reader::copy_to(std::string const& path) const
{
    std::string const target = canonical_log_path(path);
    if (std::filesystem::exists(target))
        throw std::runtime_error("tidings: the copy " + target + ": there is a file already; name a new one");
    try {
        auto from = open_log_to_read(database_.path(), vfs_);
        sqlite_database to(target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs_);
        copy_pages(from, to);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(target, ignored);
        throw;
    }
}

} // namespace tidings::detail
