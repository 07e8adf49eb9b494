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

/// What the publishers of a topic wait for beside the engine's word that it has the event. Followers do not
/// wait: they get it before.
struct redis_promise
{
    std::size_t replicas = 0; ///< so many replicas have it, too (WAIT)
    /// The engine, and so many replicas, have synced it to their append-only files (WAITAOF). For Redis 8.0
    /// and newer: others, Valkey among them, answer before they have synced, and the topic is not opened
    /// there. An engine with `appendfsync always` does so before it has an event, without this.
    bool synced = false;
    /// The longest that they wait when it is stored; then the result says `stored_only`. At least 1 ms.
    duration within = std::chrono::seconds(1);

    bool operator==(redis_promise const&) const = default;
};

/// Bounds and times of a hub on an engine.
struct redis_store_options
{
    /// What may wait for the engine at once, also while it is away. Beyond it `append` comes back false; an
    /// event larger than `queue_bytes` is never taken. With 0 nothing is; the largest value is no bound.
    std::size_t max_queued_events = 16'384;
    std::size_t queue_bytes = 16 * 1024 * 1024;

    /// An event that could not be sent for so long, since the engine is away or slow, is refused. One that
    /// was sent waits for its answer as long as that takes, since it may be kept. Zero and below: what comes
    /// while the engine is away is refused at once; the largest value: it waits.
    duration publish_timeout = std::chrono::seconds(10);

    /// The longest that the engine may be silent while an answer is due, and that a connection may take until
    /// events come by it. Then it is away, and connected to again.
    duration answer_timeout = std::chrono::seconds(10);

    /// So often the store looks whether what it publishes comes back; at the second look it is away if not.
    duration probe_timeout = std::chrono::seconds(5);

    /// By the name of a topic; empty: publishers are told when the engine has an event. Called when a topic
    /// is opened, from any thread, perhaps with locks held; it does not throw.
    std::function<redis_promise(std::string_view topic)> promise{};

    /// Where it is said that the engine is away, why, and that it is back. Called on the store's thread.
    log_hook log = log_to_stderr;
};

/// A store that keeps the events of topics in a Valkey or a Redis (6.2 or newer), and shares them with all
/// processes that use the same one under the same prefix: what is published at one is followed at all, under
/// the same ids. Clients may come back to any process.
///
///     all.add("{name...}", {.store = tidings::redis_store("redis://10.0.0.7:6379")});
///
/// The URL is `redis://user:password@host:port/database?prefix=tidings`,
/// `rediss://…?ca=FILE&cert=FILE&key=FILE` where `tidings::tls` is built, with PEM files that are read for
/// each connection, or `unix://user:password@/path?database=0&prefix=tidings`. Throws `std::invalid_argument`
/// for one that is none, and `std::runtime_error` with a text that says which for an engine that cannot be
/// used: another password, an old version, a replica, a node of a cluster. One that is away is waited for
/// later, and the log says so. Passwords are in no message and in no line of a log.
///
/// One thread belongs to it, which has two connections (three, once a topic promises more than that events
/// are stored), makes them again whenever they are lost, and calls the registry. Only making it and
/// destroying it block. While the engine is away streams stay open and publishers wait. What the engine has
/// lost when it comes back after a failure is told to the clients that had it; see the guide for what each of
/// its settings promises. When the store is destroyed, what waits is refused; of what was sent and not
/// answered nobody knows whether it is kept, and the error says so.
///
/// How much of a topic is kept says the publisher of each event: `topic_options` had better be the same in
/// all processes. An event has at most 8 MiB; `append` throws `std::invalid_argument` for a larger one.
std::shared_ptr<topic_store> redis_store(std::string_view url, redis_store_options const& options = {});

} // namespace tidings
