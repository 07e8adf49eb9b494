// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/testing/store.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tidings::test {

/// The store for tests, away from the start, so that it answers when the test says so, and with little room.
/// It may also break the contract of stores.
class scripted_store final : public testing::store
{
public:
    bool deletes = true; ///< else what it is told to forget is still there
    bool throws = false; ///< `append` does
    bool shared = false; ///< other processes publish, too

    explicit scripted_store(testing::virtual_time& time, std::string epoch = "000000000000",
                            std::string name = "the store of the test")
        : store(time), name_(std::move(name))
    {
        life_.epoch = std::move(epoch);
        begin_away();
    }
    scripted_store(testing::virtual_time& time, scripted_store const& before)
        : store(time, before), name_(before.name_)
    {
        begin_away();
    }

    std::string name() const override { return name_; }
    bool is_shared() const noexcept override { return shared; }

    using store::begin_life;
    using store::roll_back;
    using store::say_away;
    using store::tell;

    void fail_next() { refuse_next("the disk is full"); }
    /// All that is asked, and what is asked thereby, but not the appends.
    void open_all()
    {
        while (waiting_openings() + waiting_readings() > 0)
            waiting_openings() > 0 ? open_next() : read_next();
    }
    void keep_all()
    {
        while (waiting_appends() > 0)
            keep_next();
    }
    /// Another process has published to a topic.
    void publish(std::string const& topic, stored_event value) { keep(topic, std::move(value)); }
    void publish(std::string const& topic, char const* data)
    {
        keep(topic, {.text = std::string("data: ") + data + "\n\n"});
    }
    /// To be looked at and damaged.
    std::map<std::uint64_t, stored_event>& events_of(std::string const& topic)
    {
        return topics_[topic].events;
    }

    bool append(std::string_view topic, stored_event value, std::function<void(kept)> when_kept) override
    {
        if (throws)
            throw std::runtime_error("no memory for the queue");
        return store::append(topic, std::move(value), std::move(when_kept));
    }
    void forget_before(std::string_view topic, std::uint64_t number) override
    {
        if (deletes)
            store::forget_before(topic, number);
    }
    void forget(std::string_view topic, std::uint64_t number) override
    {
        if (deletes)
            store::forget(topic, number);
    }

private:
    void begin_away()
    {
        is_away_ = true;
        max_appends = 10;
        max_page = 2;
    }

    std::string const name_;
};

} // namespace tidings::test
