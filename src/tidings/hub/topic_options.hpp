// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tidings {

class topic_store;

namespace internal {
class content_codings;
}

/// What a topic does with a follower that is slower than the history is long: the next event that it should
/// get is about to leave the history.
enum class overflow
{
    /// Its stream is cut. Its client comes back, and is told what is missing. For logs and tokens, where a
    /// gap must be seen. Also a client that reads, when more is published at once than the history holds.
    cut,
    /// It goes on with the oldest event there is, after a `tidings-reset` that says how many numbers were
    /// passed over: its events, and what has no event any more (superseded, a comment, refused by the store).
    drop_oldest,
    /// Of the events of one key only the newest is kept, so a slow follower skips what is out of date. For
    /// values: prices, progress, presence. Beyond that as `drop_oldest`.
    keep_latest,
    /// Nothing leaves the history before all followers have it: `co_await topic.publish(ctx, event)` waits.
    /// A stream that takes nothing at all holds it up until its write deadline; a `subscription` that is not
    /// read has none, and holds it up until it goes.
    wait,
};

/// What a topic keeps for those who come later, or fall behind. All three bounds hold together, and the
/// newest event is always kept.
struct topic_options
{
    /// Tells the topics of one stream apart, and finds them again in a store. Any text in UTF-8 of at most
    /// `topic::max_name_bytes`.
    std::string name{};

    /// Events in the history; 0 counts as 1. Longer than the largest burst: what is published in one turn of
    /// a follower's loop has to fit, or `overflow::cut` cuts also those who read (the server's log says so).
    std::size_t max_events = 1'000;
    /// Of their text; with 0 the newest event alone is kept. Where they are compressed, also of what they are
    /// in each coding that a stream has needed: older ones then go with the next publish.
    std::size_t history_bytes = 1024 * 1024;
    duration history_age{}; ///< older events are forgotten; zero and below: no limit

    /// A follower that gets nothing at once is sent the id of its place, in an event of the type
    /// `tidings-place`, so one that is disconnected before its first event misses nothing either. Off for
    /// clients that take an event of any type for one of theirs.
    bool send_position = true;

    tidings::overflow overflow = tidings::overflow::cut;

    /// With `overflow::cut`: a stream to which more bytes than this are unsent is cut before the history
    /// leaves it behind; what it had to catch up with when it came does not count. Zero: no limit.
    std::size_t unsent_bytes = 0;

    /// Keeps the events beyond the life of the process; null: memory alone. For topics of a registry; a store
    /// belongs to one, which may give it to several patterns.
    std::shared_ptr<topic_store> store{};

    /// In place of `store`: at most eight, all different, over which the topics are spread by their names.
    /// One that is away stops its own topics alone. All processes have to name the same stores, in any order.
    /// After a change clients of topics that another store has now get a `tidings-reset` with the reason
    /// `moved`, and what comes; the others notice nothing. A store that comes back into the list comes empty.
    /// A store that several patterns use is in the same list of each.
    std::vector<std::shared_ptr<topic_store>> shards{};

    /// A stream that follows the topic, as the first of its list, is told that a store is away, and that all
    /// it has missed has come, by an event of the type `tidings-stale` without an id, `{"stale":true}` and
    /// `{"stale":false}`; else by a comment.
    bool stale_event = false;

    /// Compresses each event once for all subscribers, on streams whose clients accept it, if all topics of
    /// the stream say so before its head is out: `tidings::compression()`, of the component of that name.
    /// What is compressed is kept beside the text, and counts as it does for `history_bytes` and a registry's
    /// `kept_bytes`. Null: the topic leaves it to the route.
    std::shared_ptr<internal::content_codings const> compression{};
};

} // namespace tidings
