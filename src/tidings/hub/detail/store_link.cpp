// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/prepared_event.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/restoring.hpp>
#include <tidings/hub/detail/store_link.hpp>
#include <tidings/hub/detail/topic_load.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace tidings::detail {

namespace {

constexpr duration telling_period = std::chrono::seconds(10);

bool may_be_life(store_events::life const& begun)
{
    return begun.epoch.size() <= longest_epoch && are_letters_and_digits(begun.epoch) &&
           begun.newest <= max_event_number;
}

} // namespace

void store_link::on_life(life begun) noexcept
{
    auto const registry = registry_.lock();
    if (!registry)
        return;
    try {
        bool const is_first = lives_.empty();
        if (!may_be_life(begun))
            return tell(*registry, "it has an epoch or a newest number that none can have, and is not used");
        auto const loads = registry->begin_life(*this, begun);
        if (!is_first)
            registry->say(
                log_level::warning,
                fmt::format("{}: it has lost what it had said to be kept, and begins anew; clients are told",
                            store_->name()));
        for (auto const& each : loads)
            each->start();
    } catch (...) {
        tell(*registry, "its life could not be begun, for want of memory");
    }
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
                broken = "it has a number that does not rise";
            } else {
                numbers.newest = number;
                if (!registry->accept(topic, number, previous, std::move(ready), locked) && fault.empty())
                    broken = "nothing has been told of the one before it";
            }
        }
        if (!broken.empty())
            tell(*registry,
                 fmt::format("an event of the topic \"{}\" with number {}: {}", topic, number, broken));
    } catch (...) {
        // For want of memory. Whoever comes next sees that there is a hole before it.
        tell(*registry, "an event could not be taken, for want of memory");
    }
}

void store_link::tell(registry_state& registry, std::string_view what) noexcept
{
    try {
        time_point const now = clock::now();
        if (now < next_telling_)
            return;
        next_telling_ = now + telling_period;
        registry.say(log_level::error, fmt::format("{}: {} (see topic_store)", store_->name(), what));
    } catch (...) { // NOLINT(bugprone-empty-catch): there is nobody left to tell
    }
}

} // namespace tidings::detail
