// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_options.hpp>
#include <tidings/hub/topic_store.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::test {

/// A store in memory that answers when the test says so, on the thread of the test: what is asked waits until
/// one of the functions below answers it. It may be full, fail, bring what another process has published,
/// begin another life, and break the contract.
class scripted_store final : public topic_store
{
public:
    std::size_t limit = 10;     ///< so many appends may wait
    std::size_t page_limit = 2; ///< events in a page
    bool deletes = true;        ///< else what it is told to forget is still there
    bool throws = false;        ///< `append` does

    explicit scripted_store(std::string epoch = "000000000000") : life_{.epoch = std::move(epoch)} {}
    ~scripted_store() override
    {
        answer_all(std::make_exception_ptr(std::runtime_error("the store is gone")));
    }

    // What the test says

    /// The life that it has, which is the first thing that a registry hears.
    void begin_life()
    {
        if (auto const hub = hub_.lock())
            hub->on_life(life_);
    }
    void begin_life_once()
    {
        if (!std::exchange(has_begun_, true))
            begin_life();
    }
    /// It has lost everything, and says so.
    void lose_everything(std::string epoch)
    {
        life_ = {.epoch = std::move(epoch)};
        for (auto& [name, topic] : topics_)
            topic = {.opens = topic.opens};
        begin_life();
    }

    /// It has lost what is above a number, and goes on above another one.
    void roll_back(std::uint64_t survived, std::uint64_t resumed)
    {
        life_.newest = resumed;
        life_.rollbacks.push_back({.survived = survived, .resumed = resumed});
        for (auto& [name, topic] : topics_) {
            topic.events.erase(topic.events.upper_bound(survived), topic.events.end());
            topic.newest = topic.events.empty() ? topic.lost : topic.events.rbegin()->first;
        }
        if (auto const hub = hub_.lock())
            hub->on_rollback(life_.rollbacks.back());
    }

    void open_next() { answer(openings_, {}); }
    void fail_open(std::exception_ptr error) { answer(openings_, error); }
    void read_next() { answer(readings_, {}); }
    void fail_read(std::exception_ptr error) { answer(readings_, error); }
    /// Of what was appended, the oldest is kept, or refused.
    void keep_next() { answer(appends_, {}); }
    void fail_next(std::string const& why = "the disk is full")
    {
        answer(appends_, std::make_exception_ptr(std::runtime_error(why)));
    }
    /// All that is asked, and what is asked thereby, but not the appends.
    void open_all()
    {
        while (!openings_.empty() || !readings_.empty()) {
            while (!openings_.empty())
                open_next();
            while (!readings_.empty())
                read_next();
        }
    }
    void keep_all()
    {
        while (!appends_.empty())
            keep_next();
    }

    /// Another process has published to a topic.
    void publish(std::string const& topic, stored_event value) { keep(topic, std::move(value)); }
    void publish(std::string const& topic, char const* data)
    {
        keep(topic, {.text = std::string("data: ") + data + "\n\n"});
    }
    /// Whatever it is; nothing of it is kept.
    void tell(std::string const& topic, stored_event value)
    {
        if (auto const hub = hub_.lock())
            hub->on_event(topic, std::move(value));
    }
    /// The events of a topic, to be looked at and damaged.
    std::map<std::uint64_t, stored_event>& events_of(std::string const& topic)
    {
        return topics_[topic].events;
    }

    std::size_t opens_of(std::string const& topic) const
    {
        auto const found = topics_.find(topic);
        return found == topics_.end() ? 0 : found->second.opens;
    }
    /// Whether anything was ever kept of it.
    bool knows(std::string const& topic) const
    {
        auto const found = topics_.find(topic);
        return found != topics_.end() && found->second.newest > 0;
    }
    std::size_t waiting_openings() const { return openings_.size(); }
    std::size_t waiting_readings() const { return readings_.size(); }
    std::size_t waiting_appends() const { return appends_.size(); }

    /// A process that starts anew, with what this one has kept.
    std::shared_ptr<scripted_store> restarted() const
    {
        auto next = std::make_shared<scripted_store>(life_.epoch);
        next->life_ = life_;
        next->topics_ = topics_;
        for (auto& [name, topic] : next->topics_)
            topic.opens = 0;
        return next;
    }

    // What the registry calls

    std::string name() const override { return "the scripted store"; }

    void start(std::weak_ptr<store_events> hub) override
    {
        if (std::exchange(is_started_, true))
            throw std::logic_error("the scripted store has a registry already");
        hub_ = std::move(hub);
    }

    void open(std::string_view topic, topic_options const&, std::function<void(opened)> when_open) override
    {
        ++topics_[std::string(topic)].opens;
        openings_.push_back([this, topic = std::string(topic), when_open](std::exception_ptr error) {
            if (error)
                --topics_[topic].opens;
            when_open({.error = error, .newest = error ? 0 : topics_[topic].newest});
        });
    }

    void close(std::string_view topic) noexcept override { --topics_[std::string(topic)].opens; }

    void read(std::string_view topic, std::uint64_t after, std::uint64_t through,
              std::function<void(page)> when_read) override
    {
        readings_.push_back(
            [this, topic = std::string(topic), after, through, when_read](std::exception_ptr error) {
                when_read(error ? page{.error = error} : page_of(topics_[topic], after, through));
            });
    }

    bool append(std::string_view topic, stored_event value, std::function<void(kept)> when_kept) override
    {
        if (throws)
            throw std::runtime_error("no memory for the queue");
        if (appends_.size() >= limit)
            return false;
        appends_.push_back([this, topic = std::string(topic), value = std::move(value),
                            when_kept](std::exception_ptr error) {
            when_kept({.error = error, .number = error ? 0 : keep(topic, value)});
        });
        return true;
    }

    void forget_before(std::string_view topic, std::uint64_t number) override
    {
        if (!deletes)
            return;
        auto& of = topics_[std::string(topic)];
        while (!of.events.empty() && of.events.begin()->first < number) {
            of.lost = of.events.begin()->first;
            of.events.erase(of.events.begin());
        }
    }

    void forget(std::string_view topic, std::uint64_t number) override
    {
        if (deletes)
            topics_[std::string(topic)].events.erase(number);
    }

private:
    struct kept_topic
    {
        std::size_t opens = 0;
        std::uint64_t newest = 0;
        std::uint64_t lost = 0;
        std::map<std::uint64_t, stored_event> events{};
    };
    using questions = std::deque<std::function<void(std::exception_ptr)>>;

    static void answer(questions& of, std::exception_ptr const& error)
    {
        auto const next = std::move(of.front());
        of.pop_front();
        next(error);
    }

    void answer_all(std::exception_ptr const& error)
    {
        for (questions* each : {&openings_, &readings_, &appends_})
            while (!each->empty())
                answer(*each, error);
    }

    std::uint64_t keep(std::string const& topic, stored_event value)
    {
        kept_topic& of = topics_[topic];
        value.number = ++life_.newest;
        of.events[value.number] = value;
        value.previous = std::exchange(of.newest, value.number);
        auto const number = value.number;
        tell(topic, std::move(value));
        return number;
    }

    page page_of(kept_topic const& of, std::uint64_t after, std::uint64_t through) const
    {
        page found{.lost = of.lost};
        auto const end = of.events.upper_bound(through);
        for (auto at = of.events.upper_bound(after); at != end; ++at) {
            if (found.events.size() == page_limit) {
                found.is_last = false;
                break;
            }
            found.events.push_back(at->second);
        }
        return found;
    }

    store_events::life life_;
    bool is_started_ = false;
    bool has_begun_ = false;
    std::weak_ptr<store_events> hub_;
    std::map<std::string, kept_topic> topics_;
    questions openings_;
    questions readings_;
    questions appends_;
};

} // namespace tidings::test
