// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/carry_over.hpp>
#include <tidings/hub/sqlite/detail/store_file.hpp>

#include <random>
#include <string>

namespace tidings::detail {

namespace {

// An event's number is its row, so that a commit writes at the end of the table. The row of `store` takes
// over before the newest event is deleted; the row of `failures` is there to be written, see store_writer.
constexpr char const* tables = R"(
    CREATE TABLE store(
        epoch TEXT NOT NULL,
        newest INTEGER NOT NULL); -- the highest number that was given out, unless an event has a higher one
    CREATE TABLE topics(
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        lost INTEGER NOT NULL); -- the newest event that was deleted because its topic had forgotten it
    CREATE TABLE events(
        number INTEGER PRIMARY KEY,
        topic INTEGER NOT NULL,
        own_id TEXT NOT NULL,
        key TEXT NOT NULL,
        text TEXT NOT NULL,
        published INTEGER NOT NULL); -- nanoseconds since 1970
    CREATE INDEX events_by_topic ON events(topic); -- and by number, which is its row
    CREATE TABLE failures(count INTEGER NOT NULL);
    INSERT INTO failures VALUES(0);
)";

// Clocks go back at times, so an event counts as published no earlier than those before it in its topic.
constexpr char const* old_events_in_order = R"(
    SELECT event.number, event.topic, event.own_id, event.key, event.text, event.published, topic.epoch
    FROM (SELECT rowid AS row, topic, number,
                 max(published) OVER (PARTITION BY topic ORDER BY number) AS reached FROM old_events) AS place
    JOIN old_events AS event ON event.rowid = place.row
    JOIN old_topics AS topic ON topic.id = event.topic
    ORDER BY place.reached, place.topic, place.number
)";

/// 60 random bits, as letters and digits.
std::string make_epoch()
{
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    std::random_device random;
    std::string epoch;
    while (epoch.size() < 12)
        epoch += digits[random() % digits.size()];
    return epoch;
}

/// Version 1 kept the text with its id line.
std::string without_id_line(std::string const& text, std::int64_t number, std::string const& own_id,
                            std::string const& epoch)
{
    if (number < 1 || number >= max_stored_number)
        return "damaged, its number was " + std::to_string(number) + ": " + text;
    std::string const line = "id: " + (own_id.empty() ? epoch + '-' + std::to_string(number) : own_id) + '\n';
    return text.starts_with(line) ? text.substr(line.size()) : "damaged, it began with another id: " + text;
}

std::int64_t carry_events(sqlite_database& database)
{
    sqlite_statement old(database, old_events_in_order);
    sqlite_statement insert(database, "INSERT INTO events VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    std::int64_t count = 0;
    while (old.step()) {
        auto const own_id = old.text(2);
        auto const key = old.text(3);
        auto const text = without_id_line(old.text(4), old.number(0), own_id, old.text(6));
        insert.bind(1, ++count)
            .bind(2, old.number(1))
            .bind(3, own_id)
            .bind(4, key)
            .bind(5, text)
            .bind(6, old.number(5))
            .run();
    }
    return count;
}

} // namespace

void make_tables(sqlite_database& database)
{
    database.run(tables);
    database.run(("PRAGMA user_version = " + std::to_string(store_version)).c_str());
    sqlite_statement(database, "INSERT INTO store VALUES(?1, 0)").bind(1, make_epoch()).run();
}

void carry_over(sqlite_database& database, std::string const& vfs, log_hook const& log)
{
    std::string const copy = database.path() + "-before-2";
    copy_store(database.path(), copy, vfs);
    sqlite_transaction all(database);
    database.run("ALTER TABLE topics RENAME TO old_topics; ALTER TABLE events RENAME TO old_events;"
                 "DROP INDEX events_by_number; DROP TABLE failures; DROP TABLE IF EXISTS identity");
    make_tables(database);
    database.run("INSERT INTO topics SELECT id, name, 0 FROM old_topics "
                 "WHERE id IN (SELECT topic FROM old_events)");
    std::int64_t const events = carry_events(database);
    std::int64_t const topics = database.number("SELECT count(*) FROM topics");
    sqlite_statement(database, "UPDATE store SET newest = ?1").bind(1, events).run();
    database.run("DROP TABLE old_events; DROP TABLE old_topics");
    all.commit();
    if (log)
        log(log_level::warning,
            "the store " + database.path() +
                " was written by an earlier version of tidings, and has been converted: " +
                std::to_string(events) + " events of " + std::to_string(topics) +
                " topics. The old file was copied to " + copy +
                ", which can be deleted to free space. Clients with earlier ids get a reset");
}

} // namespace tidings::detail
