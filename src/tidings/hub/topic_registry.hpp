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

/// The bounds of a registry. Clients may choose names, so each kind of topic has one of its own. None of
/// them is ever exceeded by a reader; where 0 is given, nothing of that kind is allowed, and the largest
/// value is as good as no bound.
struct topic_registry_options
{
    /// Topics that have been published to. For one more, the one that was not published to for longest makes
    /// room, with its history, unless somebody follows it or holds a handle of it; where none can, the
    /// publish throws `too_many_topics`. A topic with a store also makes room for one that is read from its
    /// store, since nothing is lost.
    std::size_t max_topics = 100'000;

    /// Topics that are followed and have never been published to. They live as long as somebody follows them,
    /// and one more throws `too_many_topics` where it would be followed. Publishers are not concerned.
    std::size_t max_blank_topics = 100'000;

    /// What the histories of all topics may take of the memory, with what surrounds the events. Beyond it
    /// topics with a store that nobody uses leave the memory, then the topics that hold most forget their
    /// oldest events, then topics that nobody uses go, the longest unpublished first. Never an event that a
    /// follower has yet to get, nor the newest of a topic, so it may be exceeded by these. With 0 a topic
    /// keeps its newest event alone.
    std::size_t kept_bytes = 256 * 1024 * 1024;

    /// A topic that nobody has used for this long is forgotten with its history (not what a store keeps). The
    /// time counts from the first look that finds it unused, so it may stay for up to twice as long. Zero and
    /// below: at the next look.
    duration unused_timeout = std::chrono::minutes(10);

    /// Where the registry says that it had to forget something, at most once in ten seconds. Called from
    /// threads that publish.
    log_hook log = log_to_stderr;
};

/// A registry holds as many topics as it may, and none of them can make room now: see
/// `topic_registry_options`. It will pass; a client is told to come back, with status 503 and Retry-After for
/// one.
class too_many_topics : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// What a registry holds now, and what it has forgotten so far.
struct topic_registry_stats
{
    std::size_t topics = 0;            ///< published to
    std::size_t blank = 0;             ///< followed, and never published to
    std::size_t bytes = 0;             ///< what counts for `kept_bytes`
    std::uint64_t expired = 0;         ///< topics that nobody used for long enough
    std::uint64_t evicted = 0;         ///< topics that had to make room; not those that a store keeps
    std::uint64_t events_given_up = 0; ///< events that topics forgot early, for `kept_bytes`
};

/// Topics by name, made when they are first asked for:
///
///     tidings::topic_registry all;
///     all.add("builds/{id}", {.max_events = 10'000});
///     std::optional<tidings::topic> build = all.get("builds/17");
///
/// A topic that has never been published to is there as long as somebody holds a handle of it or follows it:
/// who only reads leaves nothing behind. From its first event on it is kept, until nobody has used it for
/// `unused_timeout`, or it has to make room; one that somebody holds a handle of, follows, or waits to
/// publish to is in use, and never forgotten. Unused ones are looked for in passing, a few with each `get`. A
/// client that comes back to a topic that was forgotten is told by a `tidings-reset` with the reason
/// `evicted`.
///
/// A handle: copies share the topics. All functions may be called from any thread.
class topic_registry
{
public:
    explicit topic_registry(topic_registry_options options);
    topic_registry(); ///< with the default options

    /// Topics whose names fit the pattern are made with these options and their own name. Patterns are those
    /// of routes, without the '/' in front: between slashes stand plain text, `{name}` for one segment, or at
    /// the end `{name...}` for all that follows, neither of them empty. Of several that fit, the more exact
    /// one counts. Throws `std::invalid_argument` for one that is malformed, that no name can fit, or that is
    /// equivalent to one that is there; and for stores that cannot be used so, see `topic_options::shards`.
    void add(std::string pattern, topic_options options) const;
    void add(std::string pattern) const; ///< with the default options

    /// The topic of that name. Empty when no pattern fits, or the name cannot be one: it is not UTF-8, or
    /// longer than `topic::max_name_bytes`. Throws `std::logic_error` for a topic of a store that is not in
    /// memory: that has to be opened.
    std::optional<topic> get(std::string_view name) const;

    /// The topic of that name, in memory or not; those of a store are read from there, and whoever asks for
    /// one meanwhile waits for the same answer. Empty as `get`, and when the context ended. Throws what the
    /// store says when it cannot be opened, and `too_many_topics`.
    [[nodiscard]] boost::asio::awaitable<std::optional<topic>> open(context ctx, std::string name) const;

    /// `open` for `main`: waits. Throws `std::logic_error` on a thread that runs a loop, or a pool of Asio's.
    std::optional<topic> open_blocking(std::string_view name) const;

    /// Only if it is in memory.
    std::optional<topic> find(std::string_view name) const;

    /// The topic in memory that has an event of that id: which of its streams a client comes back to, that
    /// has one address for all of them. Empty when no topic has it any more, and for a place that is no
    /// event's (a `tidings-place`, an id of several orders). Looks at all topics, about a tenth of a
    /// microsecond each.
    std::optional<topic> find_by_event(std::string_view id) const;

    /// All that are in memory.
    std::vector<topic> all() const;
    std::size_t size() const;
    topic_registry_stats stats() const;

    /// Forgets all that have been unused for long enough; their number.
    std::size_t expire() const;

private:
    friend internal::access;

    std::shared_ptr<detail::registry_state> state_;
};

} // namespace tidings
