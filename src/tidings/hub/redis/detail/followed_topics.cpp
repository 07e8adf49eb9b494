// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/redis/detail/followed_topics.hpp>
#include <tidings/net/redis/internal/engine_fault.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace tidings::detail {

namespace {

constexpr std::size_t max_held = 65'536;
constexpr std::size_t max_held_bytes = 64 * 1024 * 1024;
constexpr auto no_number = std::numeric_limits<std::uint64_t>::max();

std::uint64_t kept_number(kept_publish const& of) noexcept
{
    return of.answer.number;
}

} // namespace

// What is asked of a store

void followed_topics::start(std::weak_ptr<store_events> hub)
{
    hub_ = std::move(hub);
    if (auto const told = hub_.lock(); told && !life_.epoch.empty())
        told->on_life(life_);
}

void followed_topics::open(std::string const& topic, std::function<void(topic_store::opened)> when_open)
{
    auto const at = topics_.try_emplace(topic).first;
    ++at->second.opens;
    at->second.waiting.push_back(std::move(when_open));
    if (state_ == state::live)
        open_waiting(*at);
}

void followed_topics::close(std::string_view topic)
{
    auto const at = topics_.find(topic);
    if (at == topics_.end() || --at->second.opens > 0)
        return;
    if (at->second.is_subscribed)
        questions_.unsubscribe(at->first);
    topics_.erase(at);
}

void followed_topics::add_kept(kept_publish event)
{
    seen_ = std::max(seen_, event.answer.number);
    kept_.insert(std::ranges::upper_bound(kept_, event.answer.number, {}, kept_number), std::move(event));
    pass(passed_);
}

void followed_topics::end(std::exception_ptr const& why)
{
    pass(no_number);
    for (auto const left = std::exchange(topics_, {}); auto const& [name, each] : left)
        for (auto const& when_open : each.waiting)
            when_open({.error = why});
}

// Connections

void followed_topics::tell_away(bool is_away)
{
    if (auto const hub = hub_.lock())
        hub->on_away(is_away);
}

void followed_topics::take_life(store_events::life life)
{
    auto const hub = hub_.lock();
    bool const is_other = life.epoch != life_.epoch;
    std::uint64_t const known = life_.rollbacks.empty() ? 0 : life_.rollbacks.back().resumed;
    std::uint64_t survived = is_other ? 0 : no_number;
    life_ = std::move(life);
    if (is_other)
        seen_ = 0;
    if (is_other && hub)
        hub->on_life(life_);
    for (auto const& each : life_.rollbacks) {
        if (is_other || each.resumed <= known)
            continue;
        survived = std::min(survived, each.survived);
        if (hub)
            hub->on_rollback(each);
    }
    seen_ = std::max(seen_, life_.newest);
    if (survived == no_number)
        return;
    // Of what was kept and is lost the hub will not be told any more.
    auto const lost = std::ranges::upper_bound(kept_, survived, {}, kept_number);
    for (auto each = lost; each != kept_.end(); ++each)
        each->when_kept(each->answer);
    kept_.erase(lost, kept_.end());
    passed_ = std::min(passed_, survived);
    for (auto& [name, each] : topics_)
        each.is_void |= is_other || each.told > survived;
}

std::vector<std::string> followed_topics::subscribe_all()
{
    std::vector<std::string> names;
    for (auto& [name, each] : topics_) {
        names.push_back(name);
        each.is_subscribed = true;
    }
    return names;
}

void followed_topics::confirm(std::string_view topic)
{
    auto const at = topics_.find(topic);
    if (at == topics_.end())
        return;
    at->second.is_heard = true;
    if (state_ == state::live)
        open_waiting(*at);
}

void followed_topics::align(std::uint64_t newest)
{
    state_ = state::catching_up;
    passed_ = newest;
    std::vector<std::string> names;
    for (auto const& [name, each] : topics_) {
        if (each.is_open)
            names.push_back(name);
        if (names.size() == names_a_question)
            ask_positions(std::exchange(names, {}), newest);
    }
    if (!names.empty())
        ask_positions(names, newest);
}

void followed_topics::ask_positions(std::vector<std::string> const& names, std::uint64_t through)
{
    ++unknown_positions_;
    questions_.ask_positions(names, [this, names, through](std::vector<std::uint64_t> const& newest) {
        --unknown_positions_;
        for (std::size_t i = 0; i < names.size(); ++i) {
            auto const at = topics_.find(names[i]);
            if (at == topics_.end() || !at->second.is_open)
                continue;
            if (std::exchange(at->second.is_void, false))
                at->second.told = newest[i]; // the hub opens it anew
            else if (newest[i] > at->second.told)
                missed_.add(names[i], at->second.told, through);
        }
    });
}

void followed_topics::disconnected()
{
    state_ = state::apart;
    held_.clear();
    held_bytes_ = 0;
    missed_ = {};
    unknown_positions_ = 0;
    openings_.clear();
    for (auto& [name, each] : topics_) {
        each.is_subscribed = each.is_heard = false;
        each.asked = 0;
    }
}

void followed_topics::push(engine_push next)
{
    held_bytes_ += next.value.text.size();
    if (held_.size() == max_held || held_bytes_ > max_held_bytes)
        throw internal::engine_fault(
            "it pushes more than the node can hold while it reads what it has missed");
    held_.push_back(std::move(next));
}

void followed_topics::work()
{
    while (step()) {
    }
}

// Whether there may be more to do.
bool followed_topics::step()
{
    while (auto const wanted = missed_.next_read())
        questions_.ask_page(*wanted, [this, topic = wanted->topic](topic_store::page got) {
            missed_.take(topic, std::move(got));
        });
    if (auto missed = missed_.next()) {
        auto const at = topics_.find(missed->topic);
        if (at != topics_.end() && missed->value)
            tell(*at, std::move(*missed->value));
        else if (at != topics_.end() && state_ == state::live) // what was pushed is there, or gone
            at->second.told = std::max(at->second.told, missed->through);
        return true;
    }
    if (missed_.is_active() || unknown_positions_ > 0)
        return false;
    if (state_ == state::catching_up) {
        state_ = state::live;
        pass(passed_);
        for (auto& each : topics_)
            open_waiting(each);
        questions_.on_caught_up();
        return true;
    }
    if (held_.empty())
        return false;
    if (take(held_.front())) {
        held_bytes_ -= held_.front().value.text.size();
        held_.pop_front();
    }
    return true;
}

// False when what is missing before it has to be read first.
bool followed_topics::take(engine_push& next)
{
    if (next.topic.empty())
        return take_probe(next);
    if (state_ == state::apart) // it is read, as all up to the number with which the topics are aligned
        return true;
    auto const at = topics_.find(next.topic);
    std::uint64_t const number = next.value.number;
    if (at != topics_.end() && at->second.is_open && number > at->second.told) {
        bool const is_whole = !next.value.text.empty();
        if (!is_whole || next.value.previous != at->second.told) {
            missed_.add(at->first, at->second.told, number);
            return false;
        }
        held_bytes_ -= next.value.text.size();
        tell(*at, std::exchange(next.value, {}));
    }
    pass(number);
    return true;
}

bool followed_topics::take_probe(engine_push const& next)
{
    seen_ = std::max(seen_, next.newest);
    auto const opening = openings_.find(next.token);
    if (opening == openings_.end()) {
        if (state_ == state::live)
            pass(next.newest);
        questions_.on_probe(next.token, next.newest);
        return true;
    }
    if (auto const at = topics_.find(opening->second); at != topics_.end()) {
        topic& of = at->second;
        if (of.is_open && next.newest_of_topic > of.told) {
            missed_.add(at->first, of.told, next.newest_of_topic);
            return false;
        }
        of.told = std::max(of.told, next.newest_of_topic);
        of.is_open = true;
        answer_waiting(*at);
    }
    openings_.erase(opening);
    pass(next.newest);
    return true;
}

// Asks how far the topic is: that comes among its events, so there is no moment between.
void followed_topics::open_waiting(topics::value_type& which)
{
    auto& [name, of] = which;
    if (of.waiting.empty() || of.asked > 0)
        return;
    if (!std::exchange(of.is_subscribed, true))
        return questions_.subscribe(name);
    if (!of.is_heard)
        return;
    of.asked = of.waiting.size();
    openings_.emplace(questions_.probe(name), name);
}

void followed_topics::answer_waiting(topics::value_type& which)
{
    topic& of = which.second;
    auto const waiting = std::exchange(of.waiting, {});
    auto const later = waiting.begin() + static_cast<std::ptrdiff_t>(std::exchange(of.asked, 0));
    of.waiting.assign(later, waiting.end());
    for (auto each = waiting.begin(); each != later; ++each)
        (*each)({.error = {}, .newest = of.told});
    open_waiting(which);
}

void followed_topics::tell(topics::value_type& of, stored_event value)
{
    of.second.told = value.number;
    seen_ = std::max(seen_, value.number);
    if (auto const hub = hub_.lock())
        hub->on_event(of.first, std::move(value));
}

// The hub was told of everything up to that number: now those who have published it are.
void followed_topics::pass(std::uint64_t number)
{
    passed_ = std::max(passed_, number);
    while (!kept_.empty() && kept_number(kept_.front()) <= passed_) {
        auto const next = std::move(kept_.front());
        kept_.pop_front();
        next.when_kept(next.answer);
    }
}

} // namespace tidings::detail
