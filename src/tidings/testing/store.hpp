// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_store.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/testing/print.hpp>
#include <tidings/testing/virtual_time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace tidings::testing {

/// A store in memory, for tests of what an application does while its store is away, is full, or has lost
/// something:
///
///     testing::virtual_time time;
///     auto const store = std::make_shared<testing::store>(time);
///     topic_registry topics;
///     topics.add("{name...}", {.store = store});
///     store->go_away();      // what is published waits
///     store->come_back();
///     store->roll_back(1);   // followers with the newest event are disconnected, and then get a reset
///
/// By default it answers at once. While it is away it answers nothing except what the test says. Each action
/// of the test runs everything that can run before it returns, so do not call them from inside `time`, which
/// must outlive the store. Held by a `std::shared_ptr`; use it on the thread of the test.
class store : public topic_store, public std::enable_shared_from_this<store>
{
public:
    std::size_t max_appends = 1'000; ///< how many may wait; beyond that, publishers are refused
    std::size_t max_page = 100;      ///< events read at once

    explicit store(virtual_time& time) : time_(time) {}
    /// As a process that starts after the one with `before` would find it: with what that has kept.
    store(virtual_time& time, store const& before);
    /// Pending requests get the error that the store is gone.
    ~store() override;

    // What the test makes it do

    /// From now on all requests wait: topics to be opened, pages of their history, and publishes; streams
    /// that follow its topics get a notice.
    void go_away();
    /// Answers everything that waits, and from now on every request.
    void come_back();

    // While it is away: answers what has waited longest, and throws `std::logic_error` if nothing waits.

    void open_next() { answer_next(openings_); }
    void read_next() { answer_next(readings_); }
    void keep_next() { answer_next(appends_); }
    /// Answers with this error instead.
    void refuse_open(std::string const& why) { answer_next(openings_, why); }
    void refuse_read(std::string const& why) { answer_next(readings_, why); }
    void refuse_next(std::string const& why) { answer_next(appends_, why); }
    /// Cuts the connection after a publish: the event is kept, and followers get it, but its publisher gets
    /// the answer only when the store comes back.
    void cut_next();

    /// Continues without its newest events, like an engine whose lagging replica took over: this many of all
    /// topics together, or all there are. They and their numbers do not come back.
    void roll_back(std::size_t events);
    /// Loses everything. Clients that had received something get a reset with the reason `restarted`.
    void lose_everything();

    /// Another process has published. Throws `std::invalid_argument` for an invalid event.
    void publish(std::string const& topic, event const& published);

    // What the test looks at

    /// What is kept of a topic, by number.
    std::map<std::uint64_t, stored_event> const& events_of(std::string const& topic)
    {
        return topics_[topic].events;
    }
    std::size_t opens_of(std::string const& topic) { return topics_[topic].opens; }
    std::size_t waiting_openings() const noexcept { return openings_.size(); }
    std::size_t waiting_readings() const noexcept { return readings_.size(); }
    std::size_t waiting_appends() const noexcept { return appends_.size(); }

    // What the registry calls

    std::string name() const override { return "the store of the test"; }
    bool is_shared() const noexcept override { return true; }
    void start(std::weak_ptr<store_events> hub) override;
    void open(std::string_view topic, topic_options const& bounds,
              std::function<void(opened)> when_open) override;
    void close(std::string_view topic) noexcept override { --topics_[std::string(topic)].opens; }
    void read(std::string_view topic, std::uint64_t after, std::uint64_t through,
              std::function<void(page)> when_read) override;
    bool append(std::string_view topic, stored_event value, std::function<void(kept)> when_kept) override;
    void forget_before(std::string_view topic, std::uint64_t number) override;
    void forget(std::string_view topic, std::uint64_t number) override;

protected:
    struct kept_topic
    {
        std::size_t opens = 0;
        std::uint64_t newest = 0; ///< also of one that is gone
        std::uint64_t lost = 0;
        std::map<std::uint64_t, stored_event> events{};
    };

    /// What the hub hears first; by itself in the next turn.
    void begin_life();
    void tell(std::string const& topic, stored_event value);
    std::uint64_t keep(std::string const& topic, stored_event value);
    /// Streams are told that it is away, or back.
    void say_away(bool is_away);
    /// Numbers above one and below another mean nothing any more.
    void roll_back(std::uint64_t survived, std::uint64_t resumed);

    store_events::life life_{.epoch = "000000000000"};
    std::map<std::string, kept_topic> topics_;
    bool is_away_ = false;

private:
    using question = std::function<void(std::exception_ptr)>;
    using questions = std::deque<question>;

    void ask(questions& of, question next);
    static void answer(questions& of, std::exception_ptr const& error);
    void answer_next(questions& of, std::string const& why_not = {});
    void answer_all(std::exception_ptr const& error);
    page page_of(kept_topic const& of, std::uint64_t after, std::uint64_t through) const;

    virtual_time& time_;
    bool is_started_ = false;
    bool has_begun_ = false;
    bool is_cut_ = false; // behind the publish that is being answered
    std::weak_ptr<store_events> hub_;
    questions openings_;
    questions readings_;
    questions appends_;
    questions unanswered_; // publishers of events that are kept
};

} // namespace tidings::testing
