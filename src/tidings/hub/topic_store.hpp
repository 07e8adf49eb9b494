// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tidings {

/// One event as a store receives it and keeps it.
struct stored_event
{
    /// Assigned by the store: increases over all its topics, not always by one; at least 1, at most 2^53 - 1.
    /// 0 in `append`.
    std::uint64_t number = 0;
    /// In `on_event`: the number of the previous event of the topic, even if that event is gone; 0 if there
    /// was none. Elsewhere 0.
    std::uint64_t previous = 0;
    std::string own_id{}; ///< the publisher's own id; empty if the id is made from the number
    std::string key{};    ///< if the topic keeps the latest of each key
    std::string text{};   ///< the encoded event, see `encode`, without an id line
    std::chrono::system_clock::time_point published{};
    std::string producer{};     ///< in `append`: see `topic::producer`; empty: none is given
    std::uint64_t sequence = 0; ///< the producer's
};

/// What a store reports to its registry. Called on threads of the store, one call at a time, including those
/// of `when_open` and `when_kept`. None of the functions blocks or throws: the registry ignores what breaks
/// the contract, logs it, and sends a `tidings-reset` to clients that may have missed something.
///
/// A store never calls these from inside one of its own functions, so its functions may be called with locks
/// held; and it holds no lock while it calls, so they may be called from here.
class store_events
{
public:
    /// Numbers above `survived` and below `resumed` are no longer valid, or never were.
    struct rollback
    {
        std::uint64_t survived = 0;
        std::uint64_t resumed = 0; ///< later events have higher numbers
    };

    /// Within one life, a number means one event.
    struct life
    {
        std::string epoch; ///< of letters and digits, 1 to 64 of them: a part of the ids that clients get
        std::uint64_t newest = 0;          ///< the highest number that it has ever assigned
        std::vector<rollback> rollbacks{}; ///< all that have happened so far
    };

    /// A life begins: before anything else, and again if the store finds that it has lost something that it
    /// had reported as kept. The numbers of the previous life are then invalid, and `on_event` is called for
    /// a topic only after it has been opened again. (The registry does that for those in memory; it still
    /// calls `close` once for each `open`.)
    virtual void on_life(life begun) noexcept = 0;

    /// The store continues after a gap, and may have lost its newest events. The registry reopens the topics
    /// that had events above `survived`; clients whose position was rolled back get a reset, and others
    /// notice nothing. Events up to `survived` that were not reported yet still follow.
    virtual void on_rollback(rollback happened) noexcept = 0;

    /// The store cannot reach the place where it keeps events, and reports none until it can (true); or it
    /// can again, and has reported all missed events (false). Streams stay open, and get a notice. Never
    /// called by a store that is always available.
    virtual void on_away(bool is_away) noexcept = 0;

    /// An event is kept, whoever published it. Numbers increase from call to call, over all topics. For an
    /// open topic, each event newer than `opened::newest` is reported, once: the store fills its own gaps
    /// before it calls.
    virtual void on_event(std::string_view topic, stored_event value) noexcept = 0;

protected:
    ~store_events() = default;
};

/// Numbers the events of topics, keeps them beyond the life of the process, and receives what other processes
/// publish to the same topics. `sqlite_store` implements it, and so can a store for any other engine.
///
/// A topic with a store delivers an event when `on_event` reports it, never earlier. All functions may be
/// called from any thread, and do not block. Views and references are borrowed for the call.
///
/// Each request gets exactly one callback, before the store is destroyed. Callbacks do not throw. What they
/// capture is destroyed on threads of the store, and may be the last handle to the store itself. The registry
/// limits how many topics it opens and pages it reads at once.
class topic_store
{
public:
    virtual ~topic_store() = default;

    /// For messages: the kind of store and its location, without passwords:
    /// `the store /var/lib/hub/events.db`.
    virtual std::string name() const = 0;

    /// Distinguishes this store from all others, by its address for example. It is the same in all processes,
    /// after a restart and in every version: with `topic_options::shards` it decides which topics the store
    /// holds.
    virtual std::string identity() const { return name(); }

    /// Whether other processes publish to the same topics. If so, a client may come from one of them with the
    /// number of an event that `on_event` has yet to report here. In any other store such a number is
    /// invalid.
    virtual bool is_shared() const noexcept { return false; }

    /// Called once, by the registry that the store belongs to, before anything else. Throws
    /// `std::logic_error` if called again: a store has one registry for its whole life.
    virtual void start(std::weak_ptr<store_events> hub) = 0;

    struct opened
    {
        std::exception_ptr error{}; ///< the topic is not open, and must not be closed; events that were
                                    ///< appended to it in the meantime are refused as well
        /// The newest number in the topic, even if its event is gone; 0: there never was one. All events of
        /// open topics with lower numbers were reported before.
        std::uint64_t newest = 0;
    };

    /// Opens a topic: from `when_open` on, `on_event` reports its events, and `read` returns older ones.
    /// `bounds` are the bounds of its history: events within them must be kept. Opening a topic that has no
    /// events leaves nothing behind in the store.
    virtual void open(std::string_view topic, topic_options const& bounds,
                      std::function<void(opened)> when_open) = 0;

    /// The topic is no longer in memory. Called once for each `open` that has not failed.
    virtual void close(std::string_view topic) noexcept = 0;

    struct page
    {
        std::exception_ptr error{};
        std::vector<stored_event> events{}; ///< oldest first, as many as the store chooses
        /// The newest event of the topic that is gone (but not by `forget`); 0: none. If it is above `after`,
        /// there is a gap before this page.
        std::uint64_t lost = 0;
        /// If false, there is another page, which begins after the last event of this one.
        bool is_last = true;
    };

    /// Reads the events of an open topic numbered above `after`, up to and including `through`. `when_read`
    /// is called on any thread of the store, even during another call.
    virtual void read(std::string_view topic, std::uint64_t after, std::uint64_t through,
                      std::function<void(page)> when_read) = 0;

    struct kept
    {
        std::exception_ptr error{}; ///< the event is not kept, and never will be; for its publisher
        std::uint64_t number = 0;   ///< 0: a repeat of an event whose number is no longer known
        std::size_t replicas = 0;   ///< see `publish_result`
        bool stored_only = false;
    };

    /// An `error` of `kept`: a producer has skipped a sequence number; `last` is the last number that the
    /// store has accepted from it.
    struct sequence_gap : std::runtime_error
    {
        explicit sequence_gap(std::uint64_t last)
            : std::runtime_error("tidings: the event is not kept, since its producer's sequence number "
                                 "is not the next one; the last one was " +
                                 std::to_string(last)),
              last(last)
        {}
        std::uint64_t last;
    };

    /// Keeps an event of a topic for which `open` has been called; events of one topic in the order of the
    /// calls. `when_kept` is called after `on_event` has reported the event. Returns false if the store's
    /// queue is full: nothing is kept, and `when_kept` is not called. Throws `std::logic_error` for a topic
    /// that was not opened, and for an event with a producer if the store does not support producers.
    [[nodiscard]] virtual bool append(std::string_view topic, stored_event value,
                                      std::function<void(kept)> when_kept) = 0;

    /// The topic has forgotten the events below `number`; the store may delete them at any time.
    virtual void forget_before(std::string_view topic, std::uint64_t number) = 0;

    /// A newer event with the same key has replaced this one, which is not a loss; the store may delete it at
    /// any time.
    virtual void forget(std::string_view topic, std::uint64_t number) = 0;
};

} // namespace tidings
