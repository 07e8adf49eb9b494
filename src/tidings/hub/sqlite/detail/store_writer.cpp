// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/store_file.hpp>
#include <tidings/hub/sqlite/detail/store_writer.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

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

bool is_epoch(std::string_view text)
{
    constexpr std::size_t longest = 64;
    constexpr std::string_view letters_and_digits =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return !text.empty() && text.size() <= longest &&
           text.find_first_not_of(letters_and_digits) == std::string_view::npos;
}

} // namespace

store_writer::store_writer(std::string const& path, std::string const& vfs, std::size_t wal_bytes,
                           log_hook const& log)
    : lock_(lock_store(path, vfs)), database_(open_store(path, vfs, wal_bytes, log)), life_(read_life()),
      find_(database_,
            "SELECT id, lost, coalesce((SELECT max(number) FROM events WHERE topic = topics.id), 0) "
            "FROM topics WHERE name = ?1"),
      make_(database_, "INSERT INTO topics(name, lost) VALUES(?1, 0)"),
      insert_(database_, "INSERT INTO events VALUES(?1, ?2, ?3, ?4, ?5, ?6)"),
      save_newest_(database_, "UPDATE store SET newest = ?1"),
      erase_(database_, "DELETE FROM events WHERE topic = ?1 AND number = ?2"),
      note_lost_(database_, "UPDATE topics SET lost = max(lost, coalesce((SELECT max(number) FROM "
                            "(SELECT number FROM events WHERE topic = ?1 AND number < ?2 "
                            "ORDER BY number LIMIT ?3)), 0)) WHERE id = ?1"),
      erase_before_(database_, "DELETE FROM events WHERE number IN (SELECT number FROM events "
                               "WHERE topic = ?1 AND number < ?2 ORDER BY number LIMIT ?3)"),
      wal_bytes_(wal_bytes)
{
    auto const note_pages = [](void* self, sqlite3*, char const*, int pages) {
        static_cast<store_writer*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(database_.get(), note_pages, this);
}

store_events::life store_writer::read_life()
{
    set_aside_impossible_numbers();
    store_events::life found{.epoch = database_.text("SELECT epoch FROM store")};
    std::int64_t const newest =
        database_.number("SELECT max(newest, coalesce((SELECT max(number) FROM events), 0)) FROM store");
    if (!is_epoch(found.epoch) || newest < 0 || newest > max_stored_number)
        throw std::runtime_error(
            "tidings: the store " + path() +
            ": its epoch or its newest number is impossible; it is damaged: restore a copy");
    found.newest = static_cast<std::uint64_t>(newest);
    return found;
}

// An event with a number that is never given out gets one far above all that were, since it may have been the
// newest, and a text that shows what it is: clients are told of it once, and resume across later starts.
void store_writer::set_aside_impossible_numbers()
{
    database_.run(
        "UPDATE events SET number = lost.place, "
        "text = 'damaged, its number was ' || number || ': ' || text "
        "FROM (SELECT events.number AS old, 999999 + row_number() OVER () + "
        "max(newest, coalesce((SELECT max(number) FROM events WHERE number < 9007199254740991), 0)) "
        "AS place FROM events, store WHERE events.number < 1 OR events.number >= 9007199254740991) "
        "AS lost WHERE events.number = lost.old"); // 2^53 - 1
}

void store_writer::find(open_topic& topic)
{
    bool const is_there = find_.bind(1, topic.name).step();
    topic.row = is_there ? find_.number(0) : 0;
    std::int64_t const lost = is_there ? find_.number(1) : 0;
    std::int64_t const newest = is_there ? std::max(lost, find_.number(2)) : 0;
    find_.reset();
    if (lost < 0 || newest > stored(life_.newest))
        throw std::runtime_error("tidings: the store " + path() + ": it says that the topic \"" + topic.name +
                                 "\" has had the event " + std::to_string(lost < 0 ? lost : newest) +
                                 ", which there never was; it is damaged: restore a copy");
    topic.newest = static_cast<std::uint64_t>(newest);
}

// In a transaction.
std::int64_t store_writer::row_of(open_topic const& topic)
{
    if (topic.row != 0)
        return topic.row;
    bool const is_there = find_.bind(1, topic.name).step();
    std::int64_t const found = is_there ? find_.number(0) : 0;
    find_.reset();
    if (is_there)
        return found;
    make_.bind(1, topic.name).run();
    return sqlite3_last_insert_rowid(database_.get());
}

void store_writer::keep(std::vector<queued_event>& events)
{
    if (events.empty())
        return;
    try {
        sqlite_transaction all(database_);
        for (auto& each : events) {
            each.error = each.topic->error;
            if (each.error)
                continue;
            each.row = row_of(*each.topic);
            insert(each);
        }
        all.commit();
        return;
    } catch (...) {
        for (auto& each : events)
            if (!each.error)
                each.error = std::current_exception();
    }
    void_failed_commit();
}

// An event that is wrong in itself is its own error, not one of its group.
void store_writer::insert(queued_event& each)
{
    auto& value = each.value;
    try {
        if (life_.newest >= static_cast<std::uint64_t>(max_stored_number))
            throw std::length_error("tidings: the store " + path() +
                                    " has given out all its numbers; use another file");
        value.number = ++life_.newest;
        insert_.bind(1, stored(value.number))
            .bind(2, each.row)
            .bind(3, value.own_id)
            .bind(4, value.key)
            .bind(5, value.text)
            .bind(6, stored(value.published))
            .run();
    } catch (std::length_error const&) {
        each.error = std::current_exception();
    } catch (sqlite_error const& error) {
        insert_.reset();
        if (error.code() != SQLITE_CONSTRAINT && error.code() != SQLITE_TOOBIG)
            throw;
        each.error = std::current_exception();
    }
}

// A commit whose sync failed may lie whole in the second file, and would come to life if the process died
// now. The next commit takes its place; so there is one at once.
void store_writer::void_failed_commit()
{
    try {
        sqlite_transaction whole(database_);
        database_.run("UPDATE failures SET count = count + 1");
        whole.commit();
    } catch (sqlite_error const&) { // NOLINT(bugprone-empty-catch): nobody waits for this commit
        // The disk takes nothing at all; the next commit that it takes will do.
    }
}

std::vector<std::pair<std::int64_t, std::uint64_t>> store_writer::erase(erasure_step const& step)
{
    std::vector<std::pair<std::int64_t, std::uint64_t>> finished;
    sqlite_transaction whole(database_);
    save_newest_.bind(1, stored(life_.newest)).run();
    for (auto const& [topic, number] : step.events)
        erase_.bind(1, topic).bind(2, stored(number)).run();
    std::size_t left = step.limit;
    for (auto const& range : step.events_before) {
        if (left == 0)
            break;
        auto const limit = static_cast<std::int64_t>(left);
        note_lost_.bind(1, range.first).bind(2, stored(range.second)).bind(3, limit).run();
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
void store_writer::fold()
{
    if (static_cast<std::size_t>(wal_pages_) * page_bytes >= wal_bytes_)
        sqlite3_wal_checkpoint_v2(database_.get(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

} // namespace tidings::detail
