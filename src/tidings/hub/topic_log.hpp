// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings {

/// One event as a log keeps it.
struct logged_event
{
    std::uint64_t number = 0; ///< rises within its topic, not always by one
    std::string own_id;       ///< its publisher's id; empty when the topic gave it one
    std::string key;          ///< of a topic that keeps the latest of each key
    std::string text;         ///< the encoded event with its id line, see `encode`
    std::chrono::system_clock::time_point published;
};

/// What a log knows of a topic when it is opened.
struct log_tail
{
    /// Tells this life of the topic from others; stays as long as the log does. Not empty, and of letters and
    /// digits: it is a part of the ids that clients get.
    std::string epoch;
    std::uint64_t next_number = 1;    ///< above every number that has ever been kept; at most 2^53 - 1
    std::vector<logged_event> events; ///< oldest first
};

/// Keeps the events of topics beyond the life of the process. A topic with a log delivers an event after it
/// has been kept, never before. Implemented by `sqlite_log`; a test may bring its own.
///
/// All functions are called from any thread.
class topic_log
{
public:
    virtual ~topic_log() = default;

    /// Reads what is kept of a topic. Blocks while it reads. Throws `std::system_error` or
    /// `std::runtime_error` with a text that names the log when that fails.
    ///
    /// A reader alone leaves nothing behind: of a topic of which nothing was ever kept, the log keeps
    /// nothing, and gives it the same epoch each time.
    virtual log_tail open(std::string_view topic) = 0;

    /// Of the events that `open` gave, so many cannot have been kept of this topic: their numbers, ids or
    /// texts are none that it could have published. They are left out. `first` says what is wrong with the
    /// first.
    virtual void on_unreadable(std::string_view /*topic*/, std::size_t /*count*/, std::string_view /*first*/)
    {}

    /// The topic is no longer in memory; called once for each `open`. What the log knows of it for the time
    /// that it is open can go. Does not block, and does not throw.
    virtual void close(std::string_view /*topic*/) noexcept {}

    /// Called once for each append: without an error when the event is kept (it survives the loss of power),
    /// with one when it is not, and then it never will be.
    using kept = std::function<void(std::exception_ptr)>;

    /// Keeps an event. Does not block: it queues the event and returns. `when_kept` is called on a thread of
    /// the log, for one topic in the order of the calls. False when the queue is full: nothing is kept, and
    /// `when_kept` is not called.
    [[nodiscard]] virtual bool append(std::string_view topic, logged_event value, kept when_kept) = 0;

    /// The topic has forgotten the events below `number`; the log may delete them when it likes. Does not
    /// block.
    virtual void forget_before(std::string_view topic, std::uint64_t number) = 0;

    /// A newer event with the same key has taken the place of this one. Does not block.
    virtual void forget(std::string_view topic, std::uint64_t number) = 0;
};

} // namespace tidings
