// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace tidings {

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

} // namespace tidings
