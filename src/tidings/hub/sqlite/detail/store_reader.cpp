// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/store_file.hpp>
#include <tidings/hub/sqlite/detail/store_reader.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tidings::detail {

namespace {

std::chrono::system_clock::time_point read_time(std::int64_t stored)
{
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::nanoseconds(stored)));
}

std::int64_t within_sqlite(std::uint64_t number)
{
    return static_cast<std::int64_t>(std::min(number, static_cast<std::uint64_t>(max_stored_number)));
}

/// Many reads of one moment.
class snapshot
{
public:
    snapshot(sqlite_database& database, sqlite_statement& first, sqlite_statement& second)
        : database_(database), first_(first), second_(second)
    {
        database_.run("BEGIN");
    }
    ~snapshot()
    {
        first_.reset();
        second_.reset();
        sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    snapshot(snapshot const&) = delete;
    snapshot& operator=(snapshot const&) = delete;

private:
    sqlite_database& database_;
    sqlite_statement& first_;
    sqlite_statement& second_;
};

} // namespace

store_reader::store_reader(std::string const& path, std::string const& vfs)
    : database_(open_store_to_read(path, vfs)),
      topic_(database_, "SELECT id, lost FROM topics WHERE name = ?1"),
      events_(database_, "SELECT number, own_id, key, text, published FROM events "
                         "WHERE topic = ?1 AND number > ?2 AND number <= ?3 ORDER BY number LIMIT ?4")
{}

topic_store::page store_reader::read(std::string_view topic, std::uint64_t after, std::uint64_t through)
{
    topic_store::page found;
    snapshot const one_moment(database_, topic_, events_);
    if (!topic_.bind(1, topic).step())
        return found;
    found.lost = static_cast<std::uint64_t>(std::max<std::int64_t>(topic_.number(1), 0));
    // One more than a page has, to know whether there is another.
    events_.bind(1, topic_.number(0))
        .bind(2, within_sqlite(after))
        .bind(3, within_sqlite(through))
        .bind(4, static_cast<std::int64_t>(page_events + 1));
    for (std::size_t bytes = 0; events_.step();) {
        auto text = events_.text(3);
        bytes += text.size();
        if (!found.events.empty() && (found.events.size() == page_events || bytes > page_bytes)) {
            found.is_last = false;
            break;
        }
        found.events.push_back({.number = static_cast<std::uint64_t>(events_.number(0)),
                                .own_id = events_.text(1),
                                .key = events_.text(2),
                                .text = std::move(text),
                                .published = read_time(events_.number(4))});
    }
    return found;
}

} // namespace tidings::detail
