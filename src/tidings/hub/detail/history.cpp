// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/history.hpp>
#include <tidings/hub/detail/logged_event_fault.hpp>
#include <tidings/sse/internal/encode.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

constexpr std::uint64_t needs_nothing = std::numeric_limits<std::uint64_t>::max();

// What an entry takes beside its text: itself, the block of the text with its count and its chunk.
constexpr std::size_t entry_overhead = 256;

internal::shared_frame encode_frame(event const& value)
{
    std::string text(internal::encoded_size(value), '\0');
    internal::encode(value, text.data());
    return internal::shared_frame(text);
}

void require_receivable(event const& value)
{
    if (!value.type.empty() && !value.data.data())
        throw std::invalid_argument("tidings: an event with a type and no data reaches nobody, since clients "
                                    "drop it; give it data, which may be empty");
}

} // namespace

history::history(topic_options const& options, std::string epoch, std::uint64_t blank_since)
    : options_(options), epoch_(std::move(epoch)), blank_since_(blank_since)
{}

history::history(topic_options const& options, log_tail tail, time_point now,
                 std::chrono::system_clock::time_point wall_clock_now, restoring& came_of_it)
    : history(options, tail.epoch)
{
    check_life(tail);
    std::uint64_t lost_below = 0;
    for (logged_event& each : tail.events) {
        if (auto const fault = fault_of_next(each, tail); !fault.empty()) {
            bool const is_place_known = each.number > newest_ && each.number < tail.next_number;
            lost_below = std::max(lost_below, is_place_known ? each.number + 1 : tail.next_number);
            if (came_of_it.unreadable++ == 0)
                came_of_it.first_fault = fmt::format("number {}: {}", each.number, fault);
            continue;
        }
        // Clocks may be wrong, and files as well: no time is before 1970 or after now.
        auto const published =
            std::clamp(each.published, std::chrono::system_clock::time_point{}, wall_clock_now);
        restore(std::move(each), now - std::chrono::duration_cast<duration>(wall_clock_now - published),
                came_of_it);
    }
    // Who comes back from before an event that is lost has to be told.
    while (!entries_.empty() && entries_.front().number < lost_below)
        forget_first();
    // Numbers up to here have been given out, whether or not their events are still there.
    newest_ = std::max(newest_, tail.next_number - 1);
    if (entries_.empty() || entries_.back().number != newest_)
        newest_own_id_.clear();
    newest_named_ = newest_;
    begin_ = std::max(lost_below, entries_.empty() ? tail.next_number : entries_.front().number);
    next_ = tail.next_number;
    forget_old(now, needs_nothing);
    evicted_ = 0;
    superseded_ = 0;
}

void history::check_life(log_tail const& tail) const
{
    constexpr std::size_t longest_epoch = 64;
    constexpr std::string_view letters_and_digits =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (epoch_.empty() || epoch_.size() > longest_epoch ||
        epoch_.find_first_not_of(letters_and_digits) != std::string::npos)
        throw std::runtime_error("tidings: the log gives the topic an epoch that is not of letters and "
                                 "digits; it is damaged: put a copy in its place");
    if (tail.next_number == 0 || tail.next_number > max_event_number)
        throw std::runtime_error(
            fmt::format("tidings: the log says that the topic goes on with number {}, and "
                        "they end at {}; it is damaged: put a copy in its place",
                        tail.next_number, max_event_number));
}

std::string_view history::fault_of_next(logged_event const& value, log_tail const& tail) const
{
    if (auto const fault = fault_of(value, epoch_); !fault.empty())
        return fault;
    if (value.number <= newest_ || value.number >= tail.next_number)
        return "its number is out of order";
    if (!value.own_id.empty() && own_ids_.contains(value.own_id))
        return "it has the id of another event";
    return {};
}

void history::restore(logged_event value, time_point added, restoring& came_of_it)
{
    if (!value.own_id.empty())
        own_ids_.emplace(value.own_id, value.number);
    newest_own_id_ = value.own_id;
    auto const replaced = insert({.number = value.number,
                                  .frame = internal::shared_frame(value.text),
                                  .added = added,
                                  .own_id = std::move(value.own_id),
                                  .key = std::move(value.key)});
    if (replaced)
        came_of_it.superseded.push_back(*replaced);
}

history::draft history::prepare(event const& value, std::string_view key)
{
    require_receivable(value);
    draft made{
        .number = next_, .id = std::string(value.id), .own_id = {}, .key = std::string(key), .frame = {}};
    event numbered = value;
    if (made.id.empty()) {
        made.id = id_text(next_);
        numbered.id = made.id;
    } else {
        check_own_id(made.id, epoch_);
        if (own_ids_.contains(made.id))
            throw std::invalid_argument(
                fmt::format("tidings: the id \"{}\" has been published on this topic already; leave "
                            "it out to let the topic number its events",
                            made.id));
        made.own_id = made.id;
    }
    made.frame = encode_frame(numbered);
    made = count_in(std::move(made));
    if (!made.own_id.empty())
        own_ids_.emplace(made.own_id, made.number);
    return made;
}

history::draft history::prepare_unnamed(std::string_view encoded)
{
    return count_in(
        {.number = next_, .id = {}, .own_id = {}, .key = {}, .frame = internal::shared_frame(encoded)});
}

history::draft history::count_in(draft made)
{
    if (made.number > max_event_number)
        throw std::length_error("tidings: the topic has given out all its numbers; give it another name");
    ++next_;
    ++drafts_;
    if (!made.id.empty()) {
        ++event_drafts_;
        event_draft_bytes_ += made.frame.text().size();
    }
    return made;
}

void history::count_out(draft const& done) noexcept
{
    --drafts_;
    if (!done.id.empty()) {
        --event_drafts_;
        event_draft_bytes_ -= done.frame.text().size();
    }
}

std::size_t history::max_events() const noexcept
{
    return std::max<std::size_t>(options_.max_events, 1);
}

bool history::has_room_for_drafts(std::uint64_t needed) const
{
    std::size_t kept_count = count();
    std::size_t kept_bytes = bytes_;
    auto const fits = [&] {
        return kept_count + event_drafts_ <= max_events() &&
               kept_bytes + event_draft_bytes_ <= options_.history_bytes;
    };
    for (entry const& each : entries_) {
        if (each.is_dead || !each.is_named)
            continue;
        if (fits() || each.number >= needed)
            return fits();
        --kept_count;
        kept_bytes -= each.frame.text().size();
    }
    // All of them may be kept before a follower has had its turn: none may push out another.
    return event_drafts_ <= 1 || fits();
}

std::optional<std::uint64_t> history::keep(draft added, time_point now)
{
    count_out(added);
    bool const is_named = !added.id.empty();
    if (is_named) {
        newest_named_ = added.number;
        newest_own_id_ = added.own_id;
    }
    entry made{.number = added.number,
               .frame = std::move(added.frame),
               .added = now,
               .own_id = std::move(added.own_id),
               .key = std::move(added.key),
               .is_named = is_named};
    if (is_named)
        return insert(std::move(made));
    insert_unnamed(std::move(made));
    return std::nullopt;
}

void history::abandon(draft const& given_up)
{
    count_out(given_up);
    if (!given_up.own_id.empty())
        own_ids_.erase(given_up.own_id);
    if (given_up.number + 1 == next_)
        --next_;
}

std::optional<std::uint64_t> history::insert(entry added)
{
    std::optional<std::uint64_t> superseded;
    if (!added.key.empty()) {
        auto const [known, is_new] = latest_.try_emplace(added.key, added.number);
        if (!is_new) {
            superseded = std::exchange(known->second, added.number);
            supersede(*superseded);
        }
    }
    bytes_ += added.frame.text().size();
    push(std::move(added));
    while (is_full())
        forget_first();
    sweep();
    return superseded;
}

// It has bounds like those of the events, and of its own.
void history::insert_unnamed(entry added)
{
    unnamed_.push_back(added.number);
    unnamed_bytes_ += added.frame.text().size();
    push(std::move(added));
    while (unnamed_.size() > max_events() || (unnamed_bytes_ > options_.history_bytes && unnamed_.size() > 1))
        drop_unnamed();
    sweep();
}

void history::push(entry added)
{
    newest_ = added.number;
    added.offset = all_bytes_;
    all_bytes_ += added.frame.text().size();
    memory_ += memory_of(added);
    entries_.push_back(std::move(added));
}

std::size_t history::memory_of(entry const& of) noexcept
{
    return entry_overhead + of.frame.text().size() + 2 * (of.own_id.size() + of.key.size());
}

bool history::is_full() const noexcept
{
    return count() > max_events() || (bytes_ > options_.history_bytes && count() > 1);
}

void history::supersede(std::uint64_t number)
{
    entry& old = entry_of(number);
    bytes_ -= old.frame.text().size();
    remember(std::move(old.own_id));
    empty(old);
    ++superseded_;
}

void history::drop_unnamed()
{
    entry& oldest = entry_of(unnamed_.front());
    unnamed_bytes_ -= oldest.frame.text().size();
    unnamed_.pop_front();
    empty(oldest);
}

// The entry stays in the middle of the others until it is swept.
void history::empty(entry& of)
{
    memory_ -= memory_of(of);
    of.frame = {};
    of.own_id.clear();
    of.key.clear();
    of.is_dead = true;
    memory_ += memory_of(of);
    ++dead_;
}

void history::forget_first()
{
    entry& oldest = entries_.front();
    memory_ -= memory_of(oldest);
    if (oldest.is_dead) {
        --dead_;
    } else if (!oldest.is_named) {
        unnamed_bytes_ -= oldest.frame.text().size();
        unnamed_.pop_front();
    } else {
        bytes_ -= oldest.frame.text().size();
        if (!oldest.key.empty())
            latest_.erase(oldest.key);
        remember(std::move(oldest.own_id));
        begin_ = oldest.number + 1;
        ++evicted_;
    }
    entries_.pop_front();
}

// So a client that comes back with the id of an event that is gone is treated as one with a number: it is
// brought up to date as long as nothing behind its event is gone.
void history::remember(std::string id)
{
    if (id.empty())
        return;
    memory_ += entry_overhead + 2 * id.size();
    past_ids_.push_back(std::move(id));
    if (past_ids_.size() <= max_events())
        return;
    memory_ -= entry_overhead + 2 * past_ids_.front().size();
    own_ids_.erase(past_ids_.front());
    past_ids_.pop_front();
}

// What is dead would pile up behind an old event that stays.
void history::sweep()
{
    constexpr std::size_t worth_it = 64;
    if (dead_ < worth_it || dead_ < count())
        return;
    std::erase_if(entries_, [&](entry const& each) {
        if (each.is_dead)
            memory_ -= memory_of(each);
        return each.is_dead;
    });
    dead_ = 0;
}

void history::forget_old(time_point now, std::uint64_t needed)
{
    if (options_.history_age <= duration::zero())
        return;
    while (count() > 1 && entries_.front().number < needed &&
           now - entries_.front().added > options_.history_age)
        forget_first();
}

void history::forget_unnamed(std::uint64_t needed)
{
    while (!unnamed_.empty() && unnamed_.front() < needed)
        drop_unnamed();
    sweep();
}

std::size_t history::give_up(std::size_t bytes, std::uint64_t needed)
{
    std::size_t const wanted = memory_ - std::min(bytes, memory_);
    std::size_t const before = count();
    while (memory_ > wanted && count() > 1 && entries_.front().number < needed)
        forget_first();
    return before - count();
}

history::entries::const_iterator history::find_entry(std::uint64_t number) const
{
    return std::lower_bound(entries_.begin(), entries_.end(), number,
                            [](entry const& each, std::uint64_t wanted) { return each.number < wanted; });
}

history::entry& history::entry_of(std::uint64_t number)
{
    return entries_[static_cast<std::size_t>(find_entry(number) - entries_.begin())];
}

std::uint64_t history::bytes_from(std::uint64_t from) const
{
    auto const first = find_entry(from);
    return first == entries_.end() ? 0 : all_bytes_ - first->offset;
}

void history::copy(std::uint64_t from, std::size_t limit, batch& into) const
{
    into.from = from;
    into.next = std::max(from, end());
    for (auto at = find_entry(from); at != entries_.end(); ++at) {
        if (at->is_dead)
            continue;
        if (into.size() == limit) {
            into.next = at->number;
            break;
        }
        into.add(at->number, at->frame);
    }
}

} // namespace tidings::detail
