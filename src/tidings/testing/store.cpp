// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/event_text.hpp>
#include <tidings/testing/store.hpp>

#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>
#include <utility>

namespace tidings::testing {

store::store(virtual_time& time, store const& before)
    : max_appends(before.max_appends), max_page(before.max_page), life_(before.life_),
      topics_(before.topics_), time_(time)
{
    for (auto& [name, topic] : topics_)
        topic.opens = 0;
}

store::~store()
{
    answer_all(std::make_exception_ptr(std::runtime_error("the store is gone")));
}

// What the test has it do

void store::go_away()
{
    is_away_ = true;
    say_away(true);
    time_.run_until_idle();
}

void store::come_back()
{
    is_away_ = false;
    answer_all({});
    say_away(false);
    time_.run_until_idle();
}

void store::say_away(bool is_away)
{
    if (auto const hub = hub_.lock())
        hub->on_away(is_away);
}

void store::cut_next()
{
    is_cut_ = !appends_.empty();
    keep_next(); // the only one, as it is away
    is_cut_ = false;
}

void store::roll_back(std::size_t events)
{
    std::set<std::uint64_t> numbers{0};
    for (auto const& [name, topic] : topics_)
        for (auto const& [number, event] : topic.events)
            numbers.insert(number);
    auto const lost = std::min(events, numbers.size() - 1);
    roll_back(*std::next(numbers.rbegin(), static_cast<std::ptrdiff_t>(lost)), life_.newest + 1'000);
    time_.run_until_idle();
}

void store::roll_back(std::uint64_t survived, std::uint64_t resumed)
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

void store::lose_everything()
{
    life_ = {.epoch = fmt::format("{:012}", std::stoull(life_.epoch) + 1)};
    for (auto& [name, topic] : topics_)
        topic = {.opens = topic.opens};
    has_begun_ = false;
    begin_life();
    time_.run_until_idle();
}

void store::publish(std::string const& topic, event const& published)
{
    event plain = published;
    plain.id = {};
    keep(topic, {.own_id = std::string(published.id), .text = std::string(event_text(plain).text())});
    time_.run_until_idle();
}

// What the registry calls

void store::start(std::weak_ptr<store_events> hub)
{
    if (std::exchange(is_started_, true))
        throw std::logic_error("tidings: the store of the test has a registry already");
    hub_ = std::move(hub);
    boost::asio::post(time_.loop(), [weak = weak_from_this()] {
        if (auto const self = weak.lock())
            self->begin_life();
    });
}

void store::open(std::string_view topic, topic_options const&, std::function<void(opened)> when_open)
{
    ++topics_[std::string(topic)].opens;
    ask(openings_, [this, topic = std::string(topic), when_open](std::exception_ptr const& error) {
        if (error)
            --topics_[topic].opens;
        when_open({.error = error, .newest = error ? 0 : topics_[topic].newest});
    });
}

void store::read(std::string_view topic, std::uint64_t after, std::uint64_t through,
                 std::function<void(page)> when_read)
{
    ask(readings_,
        [this, topic = std::string(topic), after, through, when_read](std::exception_ptr const& error) {
            when_read(error ? page{.error = error} : page_of(topics_[topic], after, through));
        });
}

bool store::append(std::string_view topic, stored_event value, std::function<void(kept)> when_kept)
{
    if (!value.producer.empty())
        throw std::logic_error("tidings: the store of the test knows no producers");
    if (appends_.size() >= max_appends)
        return false;
    ask(appends_, [this, topic = std::string(topic), value = std::move(value),
                   when_kept](std::exception_ptr const& error) {
        kept const done{.error = error, .number = error ? 0 : keep(topic, value)};
        if (is_cut_)
            unanswered_.push_back([when_kept, done](std::exception_ptr const&) { when_kept(done); });
        else
            when_kept(done);
    });
    return true;
}

void store::forget_before(std::string_view topic, std::uint64_t number)
{
    auto& of = topics_[std::string(topic)];
    while (!of.events.empty() && of.events.begin()->first < number)
        of.lost = of.events.extract(of.events.begin()).key();
}

void store::forget(std::string_view topic, std::uint64_t number)
{
    topics_[std::string(topic)].events.erase(number);
}

// Never from inside of the call: see `store_events`.
void store::ask(questions& of, question next)
{
    of.push_back(std::move(next));
    boost::asio::post(time_.loop(), [weak = weak_from_this()] {
        if (auto const self = weak.lock(); self && !self->is_away_)
            self->answer_all({});
    });
}

void store::answer_next(questions& of, std::string const& why_not)
{
    if (of.empty())
        throw std::logic_error("tidings: nothing of that kind waits in the store of the test");
    answer(of, why_not.empty() ? nullptr : std::make_exception_ptr(std::runtime_error(why_not)));
    time_.run_until_idle();
}

void store::answer(questions& of, std::exception_ptr const& error)
{
    auto const next = std::move(of.front());
    of.pop_front();
    next(error);
}

void store::answer_all(std::exception_ptr const& error)
{
    for (questions* each : {&unanswered_, &openings_, &readings_, &appends_})
        while (!each->empty())
            answer(*each, error);
}

void store::begin_life()
{
    if (auto const hub = hub_.lock(); !std::exchange(has_begun_, true) && hub)
        hub->on_life(life_);
}

void store::tell(std::string const& topic, stored_event value)
{
    if (auto const hub = hub_.lock())
        hub->on_event(topic, std::move(value));
}

std::uint64_t store::keep(std::string const& topic, stored_event value)
{
    kept_topic& of = topics_[topic];
    value.number = ++life_.newest;
    of.events[value.number] = value;
    value.previous = std::exchange(of.newest, value.number);
    tell(topic, std::move(value));
    return of.newest;
}

topic_store::page store::page_of(kept_topic const& of, std::uint64_t after, std::uint64_t through) const
{
    page found{.lost = of.lost};
    auto at = of.events.upper_bound(after);
    for (; at != of.events.upper_bound(through) && found.events.size() < max_page; ++at)
        found.events.push_back(at->second);
    found.is_last = at == of.events.upper_bound(through);
    return found;
}

} // namespace tidings::testing
