// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/history.hpp>
#include <tidings/hub/detail/registry_sums.hpp>
#include <tidings/hub/detail/reset_text.hpp>
#include <tidings/hub/publish_result.hpp>
#include <tidings/hub/topic_options.hpp>
#include <tidings/hub/topic_stats.hpp>
#include <tidings/wait/channel.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

class loop_group;
class topics_state;

/// What the handles and the followers of one topic share. Safe from any thread.
///
/// A topic of a registry is blank until it is published to: then nothing but its handles and followers keeps
/// it. From its first event on it is kept by the registry. Locks are taken in this order: a topic's, its
/// registry's, its log's.
class topic_state final : public std::enable_shared_from_this<topic_state>
{
public:
    explicit topic_state(std::shared_ptr<topic_options const> const& options);

    /// How a topic of a registry is made.
    struct membership
    {
        std::weak_ptr<topics_state> registry{};
        std::shared_ptr<registry_sums> sums{};
        std::size_t max_blank = 0;
        std::string epoch{}; ///< unless there is a log
        std::uint64_t blank_since = std::numeric_limits<std::uint64_t>::max();
    };
    topic_state(std::string name, std::shared_ptr<topic_options const> options, membership const& of);
    ~topic_state();

    std::string const& name() const noexcept { return name_; }
    std::string const& epoch() const noexcept { return history_.epoch(); }
    topic_options const& options() const noexcept { return *options_; }

    // Publishing

    publish_result publish(event const& value, std::string_view key);
    /// Text that has no id and that no log keeps. It stays behind the events that are on their way to the
    /// log.
    publish_result publish_unnamed(std::string_view encoded);

    /// Called on a thread of the log when the event has been delivered, or could not be kept.
    using delivered = std::function<void(publish_result, std::exception_ptr)>;
    struct attempt
    {
        publish_result result;
        bool is_log_full = false; ///< it would block, and nobody says when the log has room again
    };
    /// As `publish`, but does not count a refusal, since it may be tried again. Of a topic with a log,
    /// `when_delivered` is called unless the publish would block.
    attempt try_publish(event const& value, std::string_view key, delivered when_delivered);
    void count_refused();

    /// Something is taken from it when a publish that would have blocked may be tried again. Who publishes
    /// then puts it back for the next one.
    channel<bool>& room() noexcept { return room_; }

    void close();
    bool is_closed() const;
    /// Sends all followers away; the number of those who followed.
    std::size_t disconnect();

    // For the registry

    bool has_log() const noexcept { return options_->log != nullptr; }
    /// Whether it was published to.
    bool is_kept() const noexcept { return is_kept_; }
    /// The bytes that it has told of.
    std::size_t told_bytes() const noexcept { return told_bytes_.load(std::memory_order_relaxed); }
    time_point last_published() const noexcept { return last_published_.load(std::memory_order_relaxed); }
    /// Forgets the oldest events to free so many bytes, but none that a follower has yet to get, and not the
    /// newest. A log keeps them. Then takes its new place in the registry. The number of events.
    std::size_t give_up(std::size_t bytes);

    std::string position() const;
    topic_stats stats() const;
    std::size_t subscribers() const;

    // Following

    /// The places of those who do not keep pace with their group. What is older than the second number was
    /// there when its follower came.
    using laggards = std::multimap<std::uint64_t, std::uint64_t>;
    using laggard = laggards::const_iterator;

    /// Where a follower begins, and what it has to be told first.
    struct entrance
    {
        std::uint64_t next;
        std::uint32_t disconnects; ///< before it came
        reset told;
        loop_group* group; ///< lives until the last of its followers leaves
        laggard place;
    };

    /// Whether an id is one of this topic's.
    bool recognizes(std::string_view id) const;

    /// Enters a follower of the loop of `executor`: from now on its group is told of every event. It is a
    /// laggard until it has caught up. `id` is where its client left off, and wins over `from`. Throws
    /// `too_many_topics`.
    entrance enter(boost::asio::any_io_executor const& executor, std::optional<std::string> const& id,
                   start_position from);
    void leave(loop_group& group);
    laggard add_laggard(loop_group& group, std::uint64_t next);
    void move_laggard(laggard& which, std::uint64_t next);
    void remove_laggard(loop_group& group, laggard which);

    /// Reads on from number `from`, at most `limit` events, into an empty batch.
    void read(std::uint64_t from, std::size_t limit, batch& into) const;

    /// Says that a group has been given everything below `next`.
    void advance(loop_group& group, std::uint64_t next);

    void count_cut();
    /// Of the events from number `from` on.
    std::uint64_t bytes_from(std::uint64_t from) const;
    std::string id_text(std::uint64_t number) const;
    reset overflow_reset(std::uint64_t dropped) const;

private:
    history open_history(membership const& of) const;
    void require_open() const;
    bool has_room() const;
    attempt try_publish_locked(event const& value, std::string_view key, delivered when_delivered);
    void be_kept();
    void count_blank();
    void report_bytes(std::size_t step);
    void take_place(std::size_t bytes);
    void settle();
    publish_result deliver(history::draft added);
    void deliver_held(std::uint64_t number);
    bool hand_to_log(history::draft const& added, delivered when_delivered);
    void on_logged(history::draft added, std::exception_ptr error, delivered const& when_delivered);
    std::size_t drops_between(std::uint64_t old_begin, std::uint64_t evicted) const;
    std::uint64_t needed() const;
    std::uint64_t needed_by_followers() const;
    void tell_log(std::optional<std::uint64_t> superseded);
    void wake_groups();
    void give_room();

    std::string const name_;
    std::shared_ptr<topic_options const> const options_;
    std::weak_ptr<topics_state> const registry_;
    std::shared_ptr<registry_sums> const sums_; // null: it belongs to no registry
    std::size_t const max_blank_;
    mutable std::mutex lock_;
    history history_;
    std::deque<history::draft> held_;  // unnamed, behind events that are on their way to the log
    std::uint64_t told_forgotten_ = 0; // of the events that the topic has forgotten, the log knows so many
    std::uint64_t given_up_ = 0;       // events that it has forgotten for the registry; a log keeps them
    std::atomic<bool> is_kept_;
    std::atomic<bool> is_unsettled_ = false; // the registry has something to do, without our lock
    std::atomic<std::size_t> told_bytes_ = 0;
    std::size_t placed_bytes_ = 0; // its place in the registry
    std::atomic<time_point> last_published_{};
    topic_stats totals_;
    bool is_closed_ = false;
    std::uint32_t disconnects_ = 0;
    std::size_t subscribers_ = 0;
    std::vector<std::shared_ptr<loop_group>> groups_; // one for each loop with followers
    laggards laggards_;
    channel<bool> room_{1};
};

} // namespace tidings::detail
