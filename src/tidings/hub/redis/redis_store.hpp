// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_store.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/stream/log.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace tidings {

/// What a topic's publishers wait for after the engine has confirmed an event. Followers do not wait: they
/// get it before.
struct redis_promise
{
    std::size_t replicas = 0; ///< how many replicas have the event as well (WAIT)
    /// The engine and that many replicas have synced the event to their append-only files (WAITAOF). Requires
    /// Redis 8.0 or newer: other engines, including Valkey, answer before they have synced, so the topic
    /// cannot be opened there. With `appendfsync always` an engine syncs before it confirms, without this.
    bool synced = false;
    /// How long they wait once the event is stored; then the result has `stored_only`. At least 1 ms.
    duration within = std::chrono::seconds(1);

    bool operator==(redis_promise const&) const = default;
};

/// Bounds and timeouts of a store.
struct redis_store_options
{
    /// How much may wait for the engine, even while it is away. Beyond it `append` returns false; an event
    /// larger than `queue_bytes` is never accepted. 0 accepts nothing; the largest value means no bound.
    std::size_t max_queued_events = 16'384;
    std::size_t queue_bytes = 16 * 1024 * 1024;

    /// An event that could not be sent for this long, because the engine is away or slow, is refused. One
    /// that was sent waits for its answer however long that takes, since it may have been kept. Zero or less:
    /// events are refused at once while the engine is away; the largest value: they wait without a limit.
    duration publish_timeout = std::chrono::seconds(10);

    /// How long the engine may be silent while an answer is due, and how long a connection may take until
    /// events arrive on it. After that the engine is considered away, and the store reconnects.
    duration answer_timeout = std::chrono::seconds(10);

    /// How often the store publishes to itself, to find a broken subscription within twice this time.
    duration probe_timeout = std::chrono::seconds(5);

    /// The promise of a topic, by its name; empty: publishers wait only for the engine. Called when a topic
    /// is opened, on any thread, possibly with locks held; must not throw.
    std::function<redis_promise(std::string_view topic)> promise{};

    /// Reports when the engine is away, why, and when it is back. Called on the store's thread.
    log_hook log = log_to_stderr;
};

/// A store that keeps the events of topics in Valkey or Redis (6.2 or newer), and shares them among all
/// processes that use the same engine and prefix: what is published at one is followed at all, under the same
/// ids. Clients may reconnect to any process.
///
///     all.add("{name...}", {.store = tidings::redis_store("redis://10.0.0.7:6379")});
///
/// The URL is `redis://user:password@host:port/database?prefix=tidings`,
/// `rediss://…?ca=FILE&cert=FILE&key=FILE` if `tidings::tls` is built, with PEM files that are read for each
/// connection, or `unix://user:password@/path?database=0&prefix=tidings`. Throws `std::invalid_argument` for
/// an invalid URL, and `std::runtime_error` with the reason for an engine that cannot be used: a wrong
/// password, an old version, a replica, a node of a cluster. An engine that is away is not an error: the log
/// says so, and the store keeps trying. No message and no line of a log contains passwords.
///
/// The store has one thread with two connections (three, once a topic promises more than that events are
/// stored). It reconnects whenever they are lost, and calls the registry. Only creating and destroying the
/// store block. While the engine is away, streams stay open and publishers wait. If it has lost events when
/// it returns after a failure, the clients that had received them get a reset; the guide says what each of
/// its settings promises. When the store is destroyed, what waits is refused; whether an event that was sent
/// but not answered is kept is unknown, and its error says so.
///
/// How much of a topic is kept is decided by the process that publishes, so use the same `topic_options` in
/// all processes. An event has at most 8 MiB; `append` throws `std::invalid_argument` for a larger one.
std::shared_ptr<topic_store> redis_store(std::string_view url, redis_store_options const& options = {});

} // namespace tidings
