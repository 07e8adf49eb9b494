// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/prepared_event.hpp>
#include <tidings/hub/detail/restoring.hpp>
#include <tidings/sse/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

bool may_be_own_id(std::string_view id, std::string_view epoch)
{
    try {
        check_own_id(id, epoch);
        return true;
    } catch (std::invalid_argument const&) {
        return false;
    }
}

// What remains of the text behind the value of its first line, if that is of the field; else null.
std::string_view skip_field(std::string_view text, std::string_view field, std::string_view& value)
{
    if (!text.starts_with(field))
        return {};
    auto const end = text.find('\n');
    value = text.substr(field.size(), end - field.size());
    if (value.starts_with(": "))
        value.remove_prefix(2);
    else if (value == ":")
        value.remove_prefix(1);
    else
        return {};
    return text.substr(end + 1);
}

// The lines of an event without an id, as they are encoded: at most one type, data, at most one retry time.
bool is_body(std::string_view text)
{
    if (!text.ends_with("\n\n") && text != "\n")
        return false;
    std::string_view value;
    if (auto const rest = skip_field(text, "event", value); !rest.empty())
        text = rest;
    while (true) {
        auto const rest = skip_field(text, "data", value);
        if (rest.empty())
            break;
        text = rest;
    }
    if (auto const rest = skip_field(text, "retry", value); !rest.empty() && are_digits(value))
        text = rest;
    return text == "\n";
}

} // namespace

std::string_view fault_of(stored_event const& value, std::string_view epoch)
{
    if (value.number == 0 || value.number > max_event_number)
        return "it has a number that is never given out";
    if (!value.own_id.empty() && (!may_be_own_id(value.own_id, epoch) || !is_valid_utf8(value.own_id)))
        return "it has an id that no publisher may use";
    std::string_view const text = value.text;
    if (!is_valid_utf8(text) || text.find('\r') != std::string_view::npos || !is_body(text))
        return "its text is not that of one event";
    return {};
}

std::string_view restoring::fault_of_next(stored_event const& value)
{
    if (auto const fault = fault_of(value, epoch_); !fault.empty())
        return fault;
    if (value.number <= after_ || value.number > through_)
        return "its number is out of order";
    if (!value.own_id.empty() && !own_ids_.insert(value.own_id).second)
        return "it has the id of another event";
    return {};
}

std::vector<kept_event> restoring::take(topic_store::page const& page, time_point now,
                                        std::chrono::system_clock::time_point wall_clock_now)
{
    if (page.lost > after_)
        lost_up_to_ = std::max(lost_up_to_, std::min(page.lost, through_));
    std::vector<kept_event> ready;
    ready.reserve(page.events.size());
    for (stored_event const& each : page.events) {
        if (auto const fault = fault_of_next(each); !fault.empty()) {
            bool const is_place_known = each.number > after_ && each.number <= through_;
            lost_up_to_ = std::max(lost_up_to_, is_place_known ? each.number : through_);
            if (unreadable++ == 0)
                first_fault = fmt::format("number {}: {}", each.number, fault);
            if (is_place_known)
                after_ = each.number;
            continue;
        }
        after_ = each.number;
        if (first_ == 0)
            first_ = each.number;
        // Clocks may be wrong, and files as well: no time is before 1970 or after now.
        auto const published =
            std::clamp(each.published, std::chrono::system_clock::time_point{}, wall_clock_now);
        ready.push_back(prepare(each, epoch_));
        ready.back().added = now - std::chrono::duration_cast<duration>(wall_clock_now - published);
    }
    return ready;
}

void restoring::add(std::vector<kept_event> ready, history& to)
{
    for (kept_event& each : ready) {
        to.ids().add(each.own_id, each.number);
        if (auto const replaced = to.add(std::move(each)))
            superseded.push_back(*replaced);
    }
}

void restoring::finish(history& to, time_point now)
{
    // Who comes back from before an event that is lost has to be told.
    to.lose_up_to(lost_up_to_);
    to.forget_old(now, std::numeric_limits<std::uint64_t>::max());
    if (kept_event const* const oldest = to.oldest(); oldest && oldest->number > first_ && unreadable == 0)
        kept_from = oldest->number;
}

} // namespace tidings::detail
