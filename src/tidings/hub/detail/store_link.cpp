// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/prepared_event.hpp>
#include <tidings/hub/detail/restoring.hpp>
#include <tidings/hub/detail/store_link.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace tidings::detail {

namespace {

constexpr duration telling_period = std::chrono::seconds(10);

// How many topics may be on their way from a store into memory at once.
constexpr std::size_t max_loads = 10'000;

bool may_be(store_events::rollback const& happened)
{
    return happened.survived < happened.resumed && happened.resumed <= max_event_number;
}

bool may_be(store_events::life const& begun)
{
    return begun.epoch.size() <= longest_epoch && are_letters_and_digits(begun.epoch) &&
           begun.newest <= max_event_number &&
           std::ranges::all_of(begun.rollbacks, [](auto const& each) { return may_be(each); });
}

} // namespace

std::shared_ptr<topic_load> store_link::wait_for(std::string_view name, std::shared_ptr<topic_state> known,
                                                 std::shared_ptr<topic_options const> const& options,
                                                 when_opened waiter)
{
    if (auto const at = loads_.find(name); at != loads_.end()) {
        at->second->wait(std::move(waiter));
        return nullptr;
    }
    if (loads_.size() >= max_loads)
        throw too_many_topics(
            fmt::format("tidings: {} topics of {} are being opened at once, and no more are allowed",
                        max_loads, store().name()));
    bool const is_first = !known;
    if (is_first)
        known =
            std::make_shared<topic_state>(std::string(name), options, registry_.lock(), shared_from_this());
    auto const load = std::make_shared<topic_load>(std::move(known), is_first);
    load->wait(std::move(waiter));
    return loads_.emplace(name, load).first->second;
}

void store_link::end_load(topic_load const& which, std::string_view name)
{
    auto const found = loads_.find(name);
    if (found != loads_.end() && found->second.get() == &which)
        loads_.erase(found);
}

void store_link::let_go(registry_state::section& locked)
{
    std::erase_if(loads_, [&](auto& each) {
        bool const is_unused = each.second->is_unused();
        if (is_unused)
            locked.held.push_back(std::move(each.second));
        return is_unused;
    });
}

void store_link::on_life(life begun) noexcept
{
    auto const registry = registry_.lock();
    if (!registry)
        return;
    try {
        bool const is_first = lives_.empty();
        if (!may_be(begun))
            return tell(*registry, "it has an impossible epoch or number, and is not used");
        auto next = std::make_unique<order>(begun.epoch + mark(), begun.newest);
        next->rollbacks = std::move(begun.rollbacks);
        std::vector<std::shared_ptr<topic_load>> loads;
        {
            registry_state::section locked(*registry);
            next->is_away = is_away_;
            lives_.push_back(std::move(next));
            loads = load_anew(0, *registry, locked);
        }
        if (!is_first)
            registry->say(log_level::warning, fmt::format("{}: it has lost events that it had reported as "
                                                          "kept, and starts a new life; clients get a reset",
                                                          store().name()));
        for (auto const& each : loads)
            each->start();
    } catch (...) {
        tell(*registry, "there was not enough memory for its new life");
    }
}

void store_link::on_rollback(rollback happened) noexcept
{
    auto const registry = registry_.lock();
    if (!registry || lives_.empty())
        return;
    try {
        if (!may_be(happened))
            return tell(*registry, "it reported a rollback with impossible numbers");
        bool has_lost = false; // else it has gone on anew, and all that was told of is there
        std::vector<std::shared_ptr<topic_load>> loads;
        {
            registry_state::section locked(*registry);
            order& numbers = *lives_.back();
            has_lost = numbers.newest > happened.survived;
            numbers.rollbacks.push_back(happened);
            if (has_lost) // else what is left up to `survived` has yet to come
                numbers.newest = std::max(numbers.newest, happened.resumed);
            loads = load_anew(happened.survived + 1, *registry, locked);
        }
        if (has_lost)
            registry->say(log_level::warning,
                          fmt::format("{}: it has lost its newest events, those after number {}; clients "
                                      "that had received more get a reset",
                                      store().name(), happened.survived));
        for (auto const& each : loads)
            each->start();
    } catch (...) {
        tell(*registry, "there was not enough memory to report what it has lost");
    }
}

void store_link::on_away(bool is_away) noexcept
{
    auto const registry = registry_.lock();
    if (!registry)
        return;
    try {
        registry_state::section locked(*registry);
        if (std::exchange(is_away_, is_away) == is_away || lives_.empty())
            return;
        numbers()->is_away = is_away;
        for (auto const& each : registry->all()) {
            locked.held.push_back(each);
            if (each->has_store() && each->stored()->link().get() == this)
                each->followers().mark_news();
        }
    } catch (...) {
        tell(*registry, "there was not enough memory to report that it is away, or back");
    }
}

// What is to be loaded anew: topics that are on their way into memory, and those with events from that number
// on.
std::vector<std::shared_ptr<topic_load>>
store_link::load_anew(std::uint64_t first_lost, registry_state& registry, registry_state::section& locked)
{
    std::vector<std::shared_ptr<topic_load>> fresh;
    for (auto& [name, load] : loads_) {
        if (!load->has_opened())
            continue;
        fresh.push_back(load->again());
        locked.held.push_back(std::exchange(load, fresh.back()));
    }
    for (auto const& each : registry.all()) {
        locked.held.push_back(each);
        if (!each->has_store() || each->stored()->link().get() != this ||
            each->stored()->newest_of_clients() < first_lost)
            continue;
        each->stored()->begin_anew();
        registry.on_change(*each, locked);
        auto const [load, is_new] = loads_.try_emplace(each->name());
        if (!is_new)
            continue;
        load->second = std::make_shared<topic_load>(each, false);
        fresh.push_back(load->second);
    }
    return fresh;
}

void store_link::on_event(std::string_view topic, stored_event value) noexcept
{
    auto const registry = registry_.lock();
    if (!registry || lives_.empty())
        return;
    std::uint64_t const number = value.number;
    std::uint64_t const previous = value.previous;
    try {
        order& numbers = *lives_.back(); // changes in calls of the store alone
        std::string_view const fault = fault_of(value, numbers.epoch);
        std::optional<kept_event> ready;
        if (fault.empty())
            ready = prepare(value, numbers.epoch);
        std::string_view broken = fault;
        {
            registry_state::section locked(*registry);
            if (number <= numbers.newest || number > max_event_number) {
                broken = "its number does not increase";
            } else {
                numbers.newest = number;
                if (!accept(topic, {number, previous, std::move(ready)}, *registry, locked) && fault.empty())
                    broken = "the one before it was not reported";
            }
        }
        if (!broken.empty())
            tell(*registry,
                 fmt::format("an event of the topic \"{}\" with number {}: {}", topic, number, broken));
    } catch (...) {
        // For want of memory. Whoever comes next sees that there is a hole before it.
        tell(*registry, "there was not enough memory for an event");
    }
}

bool store_link::accept(std::string_view name, told_event event, registry_state& registry,
                        registry_state::section& locked)
{
    if (auto const load = loads_.find(name); load != loads_.end() && load->second->has_opened()) {
        load->second->hold(std::move(event));
        return true;
    }
    auto const of = registry.find(name);
    if (!of || !of->has_store())
        return true; // who opens it reads the event
    locked.held.push_back(of);
    return of->stored()->is_loading() || accept(*of, std::move(event), locked);
}

bool store_link::accept(topic_state& of, told_event event, registry_state::section& locked)
{
    try {
        of.registry()->keep(of, locked);
    } catch (too_many_topics const&) {
        event.value.reset(); // as if it was forgotten at once
    }
    bool const is_whole = of.stored()->accept(std::move(event));
    of.registry()->on_change(of, locked);
    return is_whole;
}

void store_link::tell(registry_state& registry, std::string_view what) noexcept
{
    try {
        time_point const now = clock::now();
        if (now < next_telling_)
            return;
        next_telling_ = now + telling_period;
        registry.say(log_level::error, fmt::format("{}: {} (see topic_store)", store().name(), what));
    } catch (...) { // NOLINT(bugprone-empty-catch): there is nobody left to tell
    }
}

} // namespace tidings::detail
