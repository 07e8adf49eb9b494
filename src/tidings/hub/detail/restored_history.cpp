// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/logged_event_fault.hpp>
#include <tidings/hub/detail/restored_history.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tidings::detail {

namespace {

void check_life(log_tail const& tail)
{
    if (tail.epoch.size() > longest_epoch || !are_letters_and_digits(tail.epoch))
        throw std::runtime_error("tidings: the log gives the topic an epoch that is not of letters and "
                                 "digits; it is damaged: put a copy in its place");
    if (tail.next_number == 0 || tail.next_number > max_event_number)
        throw std::runtime_error(
            fmt::format("tidings: the log says that the topic goes on with number {}, and "
                        "they end at {}; it is damaged: put a copy in its place",
                        tail.next_number, max_event_number));
}

std::string_view fault_of_next(logged_event const& value, history const& before, log_tail const& tail)
{
    if (auto const fault = fault_of(value, tail.epoch); !fault.empty())
        return fault;
    if (value.number <= before.newest_number() || value.number >= tail.next_number)
        return "its number is out of order";
    if (!value.own_id.empty() && before.ids().find(value.own_id))
        return "it has the id of another event";
    return {};
}

} // namespace

restoring restore(history& into, log_tail tail, time_point now,
                  std::chrono::system_clock::time_point wall_clock_now)
{
    check_life(tail);
    restoring done;
    std::uint64_t lost_up_to = 0;
    for (logged_event& each : tail.events) {
        if (auto const fault = fault_of_next(each, into, tail); !fault.empty()) {
            bool const is_place_known = each.number > into.newest_number() && each.number < tail.next_number;
            lost_up_to = std::max(lost_up_to, is_place_known ? each.number : tail.next_number - 1);
            if (done.unreadable++ == 0)
                done.first_fault = fmt::format("number {}: {}", each.number, fault);
            continue;
        }
        // Clocks may be wrong, and files as well: no time is before 1970 or after now.
        auto const published =
            std::clamp(each.published, std::chrono::system_clock::time_point{}, wall_clock_now);
        into.ids().add(each.own_id, each.number);
        auto const replaced =
            into.add({.number = each.number,
                      .frame = internal::shared_frame(each.text),
                      .added = now - std::chrono::duration_cast<duration>(wall_clock_now - published),
                      .own_id = std::move(each.own_id),
                      .key = std::move(each.key)});
        if (replaced)
            done.superseded.push_back(*replaced);
    }
    // Who comes back from before an event that is lost has to be told; and who comes back from before the
    // first one that is there.
    into.lose_up_to(lost_up_to);
    kept_event const* const oldest = into.oldest();
    into.lose_up_to(oldest ? oldest->number - 1 : tail.next_number - 1);
    into.forget_old(now, std::numeric_limits<std::uint64_t>::max());
    into.reset_counts();
    if (into.oldest() && !tail.events.empty() && into.oldest()->number > tail.events.front().number)
        done.kept_from = into.oldest()->number;
    return done;
}

} // namespace tidings::detail
