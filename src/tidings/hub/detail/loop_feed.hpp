// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/batch.hpp>
#include <tidings/loop/internal/loop_call.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace tidings::detail {

class cursor;
class registry_state;
class topic_state;
class loop_feed;
struct order;

/// Follows topics through cursors, on one loop, whose thread alone counts who holds it. What has joined a
/// topic is kept alive by that until it leaves. Not `internal::counted`, which g++ 12 warns of where it is
/// not the first base.
class reader : public boost::intrusive_ref_counter<reader, boost::thread_unsafe_counter>
{
public:
    virtual ~reader() = default;

    /// Events have come to the topic of a cursor, or its followers have been sent away. A cursor that lags
    /// behind `live` is read on when its reader can take more.
    virtual void take(cursor& at, batch const& live) = 0;

    /// The store of a topic is away, or has come back.
    virtual void look_at_stores() {}

    /// All topics have told of theirs in this turn; for who has asked for it, see `loop_feed::call_at_end`.
    virtual void end_turn() {}
};

/// The followers of one topic on one loop. It keeps its topic while it has members. Touched by the loop's
/// thread only, but for what the registry's lock guards.
class loop_group final : public std::enable_shared_from_this<loop_group>
{
public:
    loop_group(topic_state& of, std::shared_ptr<loop_feed> feed, std::uint64_t next);

    topic_state& topic() const noexcept { return topic_; }
    loop_feed& feed() const noexcept { return *feed_; }

    void add(cursor& joined);
    void remove(cursor& gone);

    // A turn of the feed.

    /// Reads what has come, with the lock held.
    void read();
    /// Tells the members of it.
    void tell(std::exception_ptr& failure);
    /// Has them look at their stores, if there are news of these, behind the last event.
    void tell_news(std::exception_ptr& failure);
    /// They have all been told, with the lock held. Whether there may be more.
    bool advance();
    /// How long that took since the events were published, for those who have all of it; with the lock held.
    void count_pace(time_point offered);
    /// Without the lock: lets those who wait for the members go on.
    void end_turn();

    /// A member's stream has got so many events.
    void count_delivered(std::uint64_t events) noexcept { batch_.delivered += events; }
    /// Puts what was delivered into the topic's books, with the lock held, while there are members.
    void settle();

    /// What the members are told of in this turn.
    batch const& live() const noexcept { return batch_; }

    // Guarded by the lock.
    std::size_t count = 0;      ///< followers
    std::size_t lagging = 0;    ///< of these, those that do not keep pace
    std::uint64_t position = 0; ///< those that do have been given everything before this place
    bool is_marked = false;     ///< the feed will look
    bool has_news = false;      ///< the members have to look at their stores

private:
    template <typename Action>
    void for_each_member(std::exception_ptr& failure, Action action);

    topic_state& topic_;
    std::shared_ptr<loop_feed> const feed_;
    std::shared_ptr<topic_state> kept_; // while there are members
    std::uint64_t next_;                // the loop's own copy of `position`
    std::vector<cursor*> members_;
    bool is_telling_news_ = false; // in this turn
    batch batch_;                  // its memory is used again
};

/// Brings what comes to the topics of one order to their followers on one loop. However many events have come
/// to however many topics, there is one call a turn: it reads all of them under the lock, gives each topic's
/// to those who follow that topic alone, and then calls those who follow several, who put theirs in order.
/// Touched by the loop's thread only, but for what the registry's lock guards.
class loop_feed final : public std::enable_shared_from_this<loop_feed>, internal::loop_call
{
public:
    loop_feed(order& of, std::shared_ptr<registry_state> registry, boost::asio::any_io_executor executor);

    bool is_of(order const& numbers) const noexcept { return &order_ == &numbers; }
    bool is_on(boost::asio::any_io_executor const& executor) const noexcept;

    // With the lock held, from any thread.

    /// The group has something new.
    void mark(loop_group& group);
    void add_group() noexcept { ++groups_; }
    /// With the last one it leaves the order.
    void remove_group(loop_group& gone);

    // On the loop.

    /// Calls `end_turn` of a follower of several topics when all groups have told of theirs.
    void call_at_end(reader& of) { at_end_.emplace_back(&of); }
    /// What the groups are told of in this turn has everything up to this number.
    std::uint64_t newest() const noexcept { return newest_; }
    /// For what is put together to be delivered.
    merged& scratch() noexcept { return scratch_; }

private:
    void on_turn() override;
    void on_dropped() noexcept override { itself_ = nullptr; }
    void tell_all(std::exception_ptr& failure);
    bool has_advanced(std::optional<time_point> offered);
    void go_on();

    order& order_;
    std::shared_ptr<registry_state> registry_; // keeps the lock, and the order of those in memory
    boost::asio::any_io_executor executor_;
    std::shared_ptr<loop_feed> itself_; // after its last group, until the call that it has asked for

    // Guarded by the lock.
    std::size_t groups_ = 0;
    std::vector<loop_group*> marked_; // of those that have followers

    // The loop's; their memory is used again.
    std::vector<std::shared_ptr<loop_group>> turn_;
    std::uint64_t newest_ = 0;
    std::vector<boost::intrusive_ptr<reader>> at_end_;
    merged scratch_;
};

} // namespace tidings::detail
