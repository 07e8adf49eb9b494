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

/// One event as a store is given it and keeps it.
struct stored_event
{
    /// Given by the store: rises over all its topics, not always by one; at least 1, at most 2^53 - 1. 0 in
    /// `append`.
    std::uint64_t number = 0;
    /// In `on_event`: the number of the event before it in its topic, also of one that is gone; 0: there was
    /// none. Elsewhere 0.
    std::uint64_t previous = 0;
    std::string own_id{}; ///< its publisher's id; empty when the number makes its id
    std::string key{};    ///< of a topic that keeps the latest of each key
    std::string text{};   ///< the encoded event, see `encode`, without an id line
    std::chrono::system_clock::time_point published{};
    std::string producer{};     ///< in `append`: its id, see `topic::producer`; empty: none is given
    std::uint64_t sequence = 0; ///< of the producer
};

/// What a store tells the registry that it belongs to. Called on threads of the store, one call at a time,
/// those of `when_open` and `when_kept` included. None of it waits, and none of it throws: the registry
/// leaves out what breaks the contract, says so in its log, and tells clients that may have missed something
/// by a `tidings-reset`.
///
/// A store never calls from inside of a call of its own functions, so these may be called with locks held;
/// and it holds no lock when it calls, so these may be called from there.
class store_events
{
public:
    /// Numbers above `survived` and below `resumed` mean nothing any more, or never did.
    struct rollback
    {
        std::uint64_t survived = 0;
        std::uint64_t resumed = 0; ///< later events have higher numbers
    };

    /// As long as a life lasts, a number means one event.
    struct life
    {
        std::string epoch; ///< of letters and digits, 1 to 64 of them: a part of the ids that clients get
        std::uint64_t newest = 0;          ///< the highest number that it has ever given out
        std::vector<rollback> rollbacks{}; ///< that it has known so far
    };

    /// A life begins: before anything else, and again when the store has found that something is gone that it
    /// had said to be kept. Then the numbers of the life before mean nothing any more, and `on_event` tells
    /// of a topic when it has been opened anew. (The registry does that for those in memory; it still closes
    /// once for each `open`.)
    virtual void on_life(life begun) noexcept = 0;

    /// The store goes on behind a gap, and may have lost its tail. The registry opens the topics anew that
    /// had events above `survived`; clients whose place was taken back are told so, and others notice
    /// nothing. Events up to `survived` that were not told of yet still come.
    virtual void on_rollback(rollback happened) noexcept = 0;

    /// The store cannot reach what it keeps events in: nothing is told of until it can. And that it can
    /// again, when all that was missed has been told of. Streams stay open, and are told. Never called by a
    /// store that is always there.
    virtual void on_away(bool is_away) noexcept = 0;

    /// An event is kept, whoever published it. The numbers rise from call to call, over all topics. Of a
    /// topic that is open, each event newer than `opened::newest` comes, once: the store fills its own holes
    /// before it calls.
    virtual void on_event(std::string_view topic, stored_event value) noexcept = 0;

protected:
    ~store_events() = default;
};

/// Numbers and keeps the events of topics beyond the life of the process, and brings what other processes
/// have published to the same topics. Implemented by `sqlite_store`; another engine is another
/// implementation.
///
/// A topic with a store delivers an event when `on_event` tells of it, never before. All functions may be
/// called from any thread, and do not block. Views and references are borrowed for the call.
///
/// What is asked is answered, once each, and before the store is gone. Callbacks do not throw. What they hold
/// goes on threads of the store, and may be the last handle of the store itself. The registry bounds how many
/// topics it opens and pages it reads at once.
class topic_store
{
public:
    virtual ~topic_store() = default;

    /// For messages: what and where it is, without passwords: `the store /var/lib/hub/events.db`.
    virtual std::string name() const = 0;

    /// What tells it from all other stores, and is the same in all processes and after a restart, whatever
    /// its version: of several `topic_options::shards` it decides which topics are whose. Its address, say.
    virtual std::string identity() const { return name(); }

    /// Whether other processes publish to the same topics: then a client that comes from one of them may have
    /// the number of an event that `on_event` has yet to tell of here. In any other store such a number is
    /// wrong.
    virtual bool is_shared() const noexcept { return false; }

    /// Called once, by the registry that it belongs to, before anything else. Throws `std::logic_error` for
    /// a second one: a store has one registry for all its life.
    virtual void start(std::weak_ptr<store_events> hub) = 0;

    struct opened
    {
        std::exception_ptr error{}; ///< it is not open, and not to be closed; what was appended to it
                                    ///< meanwhile is refused as well
        /// The newest number in the topic, also of an event that is gone; 0: there never was one. Whatever
        /// has a lower one in topics that are open was told of before.
        std::uint64_t newest = 0;
    };

    /// A topic is wanted in memory: from `when_open` on `on_event` tells of it, and `read` brings what is
    /// older. What its history keeps (`bounds`) is what has to be kept. Who only opens a topic leaves nothing
    /// behind in the store.
    virtual void open(std::string_view topic, topic_options const& bounds,
                      std::function<void(opened)> when_open) = 0;

    /// It is no longer in memory. Once for each `open` that has not failed.
    virtual void close(std::string_view topic) noexcept = 0;

    struct page
    {
        std::exception_ptr error{};
        std::vector<stored_event> events{}; ///< oldest first, at most as many as the store finds good
        /// The newest event of the topic that is gone (but not by `forget`); 0: none. Where it is above
        /// `after`, there is a hole in front of this page.
        std::uint64_t lost = 0;
        /// Else there is another, which begins behind the last event of this one.
        bool is_last = true;
    };

    /// What is kept behind number `after`, up to and with number `through`, of a topic that is open.
    /// `when_read` is called on any thread of the store, also while another call is on its way.
    virtual void read(std::string_view topic, std::uint64_t after, std::uint64_t through,
                      std::function<void(page)> when_read) = 0;

    struct kept
    {
        std::exception_ptr error{}; ///< it is not kept, and never will be; for its publisher
        std::uint64_t number = 0;   ///< 0: a repeat of one that is kept under a number that nobody knows
        std::size_t replicas = 0;   ///< see `publish_result`
        bool stored_only = false;
    };

    /// An `error` of `kept`: a producer has left out a sequence number, and `last` is the last that the store
    /// has taken of it.
    struct sequence_gap : std::runtime_error
    {
        explicit sequence_gap(std::uint64_t last)
            : std::runtime_error("tidings: the event is not kept, since its producer's sequence number "
                                 "does not come next; the last one was " +
                                 std::to_string(last)),
              last(last)
        {}
        std::uint64_t last;
    };

    /// Keeps an event of a topic, as soon as `open` was called; those of one topic in the order of the calls.
    /// `when_kept` is called after `on_event` has told of the event. False when the queue of the store is
    /// full: nothing is kept, and `when_kept` is not called. Throws `std::logic_error` for a topic that was
    /// not opened, and for an event with a producer where the store knows none.
    [[nodiscard]] virtual bool append(std::string_view topic, stored_event value,
                                      std::function<void(kept)> when_kept) = 0;

    /// The topic has forgotten the events below `number`; the store may delete them when it likes.
    virtual void forget_before(std::string_view topic, std::uint64_t number) = 0;

    /// A newer event with the same key has taken the place of this one, which is no loss; the store may
    /// delete it when it likes.
    virtual void forget(std::string_view topic, std::uint64_t number) = 0;
};

} // namespace tidings
