// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/epoch_seed.hpp>
#include <tidings/hub/sqlite/detail/log_file.hpp>
#include <tidings/hub/sqlite/detail/log_writer.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <chrono>

namespace tidings::detail {

namespace {

constexpr std::size_t page_bytes = 4096; // about what a page takes in the second file

std::int64_t stored(std::uint64_t number)
{
    return static_cast<std::int64_t>(number);
}

std::int64_t stored(std::chrono::system_clock::time_point time)
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

} // namespace

log_writer::log_writer(std::string const& path, std::string const& vfs, std::size_t wal_bytes)
    : lock_(lock_log(path, vfs)), database_(open_log(path, vfs, wal_bytes)),
      seed_(database_.text("SELECT seed FROM identity")),
      find_(database_, "SELECT id, epoch FROM topics WHERE name = ?1"),
      make_(database_, "INSERT INTO topics(name, epoch, next_number) VALUES(?1, ?2, 1)"),
      insert_(database_, "INSERT INTO events(topic, number, own_id, key, text, published) "
                         "VALUES(?1, ?2, ?3, ?4, ?5, ?6)"),
      save_number_(database_,
                   "UPDATE topics SET next_number = "
                   "max(next_number, 1 + coalesce((SELECT max(number) FROM events WHERE topic = ?1 "
                   "AND number < 9007199254740991), 0)) " // 2^53 - 1: what is above is damage
                   "WHERE id = ?1"),
      erase_(database_, "DELETE FROM events WHERE topic = ?1 AND number = ?2"),
      erase_before_(database_, "DELETE FROM events WHERE rowid IN (SELECT rowid FROM events "
                               "WHERE topic = ?1 AND number < ?2 ORDER BY number LIMIT ?3)"),
      // An event with a number that is never given out (2^53 - 1 and above, 0 and below) gets one far above
      // all that were, since it may have been the newest, and a text that shows what it is.
      set_aside_(database_,
                 "UPDATE events SET number = lost.place, "
                 "text = 'damaged, its number was ' || number || ': ' || text "
                 "FROM (SELECT events.rowid AS row, 999999 + row_number() OVER () + "
                 "max(next_number - 1, coalesce((SELECT max(number) FROM events WHERE topic = ?1 "
                 "AND number < 9007199254740991), 0)) AS place FROM events, topics "
                 "WHERE topics.id = ?1 AND events.rowid IN "
                 "(SELECT rowid FROM events WHERE topic = ?1 AND number < 1 UNION "
                 "SELECT rowid FROM events WHERE topic = ?1 AND number >= 9007199254740991)) AS lost "
                 "WHERE events.rowid = lost.row"),
      wal_bytes_(wal_bytes)
{
    auto const note_pages = [](void* self, sqlite3*, char const*, int pages) {
        static_cast<log_writer*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(database_.get(), note_pages, this);
}

void log_writer::find(open_topic& topic)
{
    bool const is_there = find_.bind(1, topic.name).step();
    topic.row = is_there ? find_.number(0) : 0;
    topic.epoch = is_there ? find_.text(1) : epoch_of(seed_, topic.name);
    find_.reset();
    if (is_there)
        set_aside_.bind(1, topic.row).run();
}

// In a transaction.
std::int64_t log_writer::row_of(open_topic const& topic)
{
    if (topic.row != 0)
        return topic.row;
    bool const is_there = find_.bind(1, topic.name).step();
    std::int64_t const found = is_there ? find_.number(0) : 0;
    find_.reset();
    if (is_there)
        return found;
    make_.bind(1, topic.name).bind(2, topic.epoch).run();
    return sqlite3_last_insert_rowid(database_.get());
}

void log_writer::keep(std::vector<queued_event>& events)
{
    if (events.empty())
        return;
    try {
        sqlite_transaction all(database_);
        for (auto& each : events) {
            each.row = row_of(*each.topic);
            insert(each);
        }
        all.commit();
        return;
    } catch (...) {
        for (auto& each : events)
            each.error = std::current_exception();
    }
    void_failed_commit();
}

// An event that is wrong in itself is its own error, not one of its group.
void log_writer::insert(queued_event& each)
{
    auto const& value = each.value;
    try {
        insert_.bind(1, each.row)
            .bind(2, stored(value.number))
            .bind(3, value.own_id)
            .bind(4, value.key)
            .bind(5, value.text)
            .bind(6, stored(value.published))
            .run();
    } catch (sqlite_error const& error) {
        insert_.reset();
        if (error.code() != SQLITE_CONSTRAINT && error.code() != SQLITE_TOOBIG)
            throw;
        each.error = std::current_exception();
    }
}

// A commit whose sync failed may lie whole in the second file, and would come to life if the process died
// now. The next commit takes its place; so there is one at once.
void log_writer::void_failed_commit()
{
    try {
        sqlite_transaction whole(database_);
        database_.run("UPDATE failures SET count = count + 1");
        whole.commit();
    } catch (sqlite_error const&) { // NOLINT(bugprone-empty-catch): nobody waits for this commit
        // The disk takes nothing at all; the next commit that it takes will do.
    }
}

std::vector<std::pair<std::int64_t, std::uint64_t>> log_writer::erase(erasure_step const& step)
{
    std::vector<std::pair<std::int64_t, std::uint64_t>> finished;
    sqlite_transaction whole(database_);
    for (auto const& [topic, number] : step.events) {
        save_number_.bind(1, topic).run();
        erase_.bind(1, topic).bind(2, stored(number)).run();
    }
    std::size_t left = step.limit;
    for (auto const& range : step.events_before) {
        if (left == 0)
            break;
        auto const limit = static_cast<std::int64_t>(left);
        save_number_.bind(1, range.first).run();
        erase_before_.bind(1, range.first).bind(2, stored(range.second)).bind(3, limit).run();
        auto const erased = static_cast<std::size_t>(sqlite3_changes(database_.get()));
        if (erased < left)
            finished.push_back(range);
        left -= std::min(left, erased + 1); // a look at a topic costs as well
    }
    whole.commit();
    return finished;
}

// What cannot be folded now, because somebody reads it or the disk refuses, is folded after a later commit.
void log_writer::fold()
{
    if (static_cast<std::size_t>(wal_pages_) * page_bytes >= wal_bytes_)
        sqlite3_wal_checkpoint_v2(database_.get(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

} // namespace tidings::detail
