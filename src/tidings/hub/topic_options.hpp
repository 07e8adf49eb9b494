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

/// What a topic does with a follower that has fallen so far behind that its next event is about to be evicted
/// from the history.
enum class overflow
{
    /// Its stream is cut. Its client reconnects, and gets a `tidings-reset` if there is a gap. For logs and
    /// tokens, where a gap must be noticed. Cuts even a prompt client if a burst exceeds the history.
    cut,
    /// It continues with the oldest event in the history, after a `tidings-reset` that says how many numbers
    /// were skipped: missed events, and numbers without one (superseded, a comment, refused by the store).
    drop_oldest,
    /// Only the newest event of each key is kept, so a slow follower skips outdated values. For values:
    /// prices, progress, presence. With more keys than the history holds, as `drop_oldest`.
    keep_latest,
    /// Nothing leaves the history before all followers have it: `co_await topic.publish(ctx, event)` waits. A
    /// stream that takes nothing at all holds publishers up until its write deadline; a `subscription` that
    /// is not read has no deadline, and holds them up until it is destroyed.
    wait,
};

/// Settings of a topic: what it keeps for followers that come later or fall behind, and where. The three
/// bounds of the history hold together, and the newest event is always kept.
struct topic_options
{
    /// Tells the topics of one stream apart, and finds the topic again in a store. Any UTF-8 text of at most
    /// `topic::max_name_bytes` bytes.
    std::string name{};

    /// Metrics count the topic under this name, together with all others that have it. It names a kind of
    /// topic, so no client may choose it. Empty: the pattern of its registry.
    std::string label{};

    /// Events in the history; 0 means 1. Make it longer than the largest burst: if more is published in one
    /// iteration of a follower's loop, `overflow::cut` cuts even prompt clients (the server's log says so).
    std::size_t max_events = 1'000;
    /// Bytes of their text, and of their compressed forms in each coding that a stream has needed: a new
    /// coding may evict events at the next publish. 0: only the newest event is kept.
    std::size_t history_bytes = 1024 * 1024;
    duration history_age{}; ///< older events are evicted; zero or negative: no limit

    /// A follower for which there is no event yet is sent the id of its position, in an event of type
    /// `tidings-place`, so that it misses nothing even if it is disconnected before its first event. Turn it
    /// off for clients that treat events of any type as their own.
    bool send_position = true;

    tidings::overflow overflow = tidings::overflow::cut;

    /// With `overflow::cut`: a stream with more unsent bytes than this is cut before it falls behind the
    /// history; the events that it had to catch up with when it connected do not count. 0: no limit.
    std::size_t unsent_bytes = 0;

    /// Keeps the events beyond the life of the process; null: in memory only. Only for topics of a registry:
    /// a store belongs to one registry, which may use it for several patterns.
    std::shared_ptr<topic_store> store{};

    /// In place of `store`: at most eight different stores, over which the topics are distributed by name. If
    /// one is unreachable, only its own topics are affected. All processes must list the same stores, in any
    /// order, and all patterns that use one of them the same list. After a change, clients of topics that
    /// moved to another store get a `tidings-reset` with the reason `moved`, then new events; others notice
    /// nothing. A store that returns to the list must be empty.
    std::vector<std::shared_ptr<topic_store>> shards{};

    /// Reports that the store is unreachable, and later that all missed events have arrived, to streams that
    /// follow the topic as the first of their list, by an event of type `tidings-stale` without an id, with
    /// the data `{"stale":true}` and `{"stale":false}`; if false, by a comment.
    bool stale_event = false;

    /// Compresses each event once for all subscribers, on streams whose clients accept it, if all topics of
    /// the stream have it before its headers are sent: `tidings::compression()`, from the component of that
    /// name. Compressed forms are kept along with the text, and count towards `history_bytes` and a
    /// registry's `kept_bytes`. Null: the route decides.
    std::shared_ptr<internal::content_codings const> compression{};
};

} // namespace tidings
