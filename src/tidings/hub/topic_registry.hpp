// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_options.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/stream/log.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tidings {

namespace detail {
class registry_state;
}

/// The bounds of a registry. Clients may be able to choose names, so each kind of topic has its own bound,
/// and no client that only reads can exceed it. 0 allows nothing of that kind; the largest value means no
/// bound.
struct topic_registry_options
{
    /// Topics that have been published to. For one more, the unused topic that has gone longest without a
    /// publish is removed with its history; if all are in use, the publish throws `too_many_topics`. A topic
    /// with a store also leaves memory for one that is read from its store, since nothing is lost.
    std::size_t max_topics = 100'000;

    /// Topics that are followed but have never been published to; they exist as long as they are followed.
    /// Following one more throws `too_many_topics`; publishers are not affected.
    std::size_t max_blank_topics = 100'000;

    /// Memory for all histories together, with their bookkeeping, in bytes. Beyond it, unused topics that
    /// have a store leave memory; then the topics that hold most forget their oldest events; then unused
    /// topics are removed, those that have gone longest without a publish first. It may be exceeded by events
    /// that a follower has yet to get, and by the newest event of each topic, which are never removed. 0: a
    /// topic keeps only its newest event.
    std::size_t kept_bytes = 256 * 1024 * 1024;

    /// A topic that has been unused for this long is removed with its history (but not from its store). The
    /// time counts from the first check that finds it unused, so it may stay for up to twice as long. Zero or
    /// negative: it is removed at the next check.
    duration unused_timeout = std::chrono::minutes(10);

    /// Reports that the registry had to forget something, at most once in ten seconds. Called from threads
    /// that publish.
    log_hook log = log_to_stderr;
};

/// A registry has reached one of its bounds, and no topic can make room: see `topic_registry_options`. This
/// is temporary; have clients retry, for example with status 503 and Retry-After.
class too_many_topics : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// What a registry holds now, and what it has forgotten so far.
struct topic_registry_stats
{
    std::size_t topics = 0;            ///< that have been published to
    std::size_t blank = 0;             ///< that are followed and have never been published to
    std::size_t bytes = 0;             ///< that count towards `kept_bytes`
    std::uint64_t expired = 0;         ///< topics removed after `unused_timeout`
    std::uint64_t evicted = 0;         ///< topics removed to make room, except those that a store keeps
    std::uint64_t events_given_up = 0; ///< events that topics forgot early, for `kept_bytes`
};

/// Topics by name, created when they are first asked for:
///
///     tidings::topic_registry all;
///     all.add("builds/{id}", {.max_events = 10'000});
///     std::optional<tidings::topic> build = all.get("builds/17");
///
/// A topic is in use while it is followed, a handle to it is held, or a publish to it is waiting; it is not
/// removed then. One that has never been published to exists only while it is in use, so reading leaves
/// nothing behind. From its first event on, a topic stays until it has been unused for `unused_timeout`, or
/// has to make room. Each `get` checks a few for this. A client that reconnects to a topic that was removed
/// gets a `tidings-reset` with the reason `evicted`.
///
/// A handle: copies share the topics. All functions may be called from any thread.
class topic_registry
{
public:
    explicit topic_registry(topic_registry_options options);
    topic_registry(); ///< with the default options

    /// Topics whose names match the pattern are created with these options and their own name. Patterns are
    /// those of routes without the leading slash: their segments are plain text, `{name}` for one segment, or
    /// at the end `{name...}` for all that follows, neither of which may be empty. If several match, the most
    /// specific one counts. Throws `std::invalid_argument` for a pattern that is malformed, that no name can
    /// match, or that is equivalent to an earlier one; and for stores that cannot be used in this way, see
    /// `topic_options::shards`.
    void add(std::string pattern, topic_options options) const;
    void add(std::string pattern) const; ///< with the default options

    /// The topic of that name. Empty if no pattern matches, or the name is not UTF-8 or longer than
    /// `topic::max_name_bytes`. Throws `std::logic_error` for a topic with a store that is not in memory: use
    /// `open`.
    std::optional<topic> get(std::string_view name) const;

    /// The topic of that name, whether it is in memory or not. One with a store is read from there, once for
    /// all callers that ask meanwhile. Empty like `get`, and if the context ended. Throws the store's error
    /// if the topic cannot be opened, and `too_many_topics`.
    [[nodiscard]] boost::asio::awaitable<std::optional<topic>> open(context ctx, std::string name) const;

    /// `open` for `main`: blocks. Throws `std::logic_error` on a thread that runs a loop or a pool of Asio's.
    std::optional<topic> open_blocking(std::string_view name) const;

    /// The topic of that name, if it is in memory.
    std::optional<topic> find(std::string_view name) const;

    /// The topic in memory that has an event with this id: for one address that serves the streams of many
    /// topics, when a client reconnects. Empty if no topic has that event any more, and for an id that
    /// belongs to no event (a `tidings-place`, or an id of several stores). Looks at all topics, a tenth of a
    /// microsecond each.
    std::optional<topic> find_by_event(std::string_view id) const;

    /// All topics in memory.
    std::vector<topic> all() const;
    std::size_t size() const;
    topic_registry_stats stats() const;

    /// Removes all topics that have been unused for long enough, and returns their number.
    std::size_t expire() const;

private:
    friend internal::access;

    std::shared_ptr<detail::registry_state> state_;
};

} // namespace tidings
