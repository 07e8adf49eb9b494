// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>
#include <tidings/sse/encode.hpp>
#include <tidings/stream/event_writer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

constexpr std::uint64_t needs_nothing = std::numeric_limits<std::uint64_t>::max();

shared_frame encode_frame(event const& value)
{
    std::string text(encoded_size(value), '\0');
    encode(value, text.data());
    return shared_frame(text);
}

} // namespace

history::history(topic_options const& options, std::string epoch)
    : options_(options), epoch_(std::move(epoch))
{}

history::history(topic_options const& options, log_tail tail, time_point now,
                 std::chrono::system_clock::time_point wall_clock_now, std::vector<std::uint64_t>& superseded)
    : history(options, std::move(tail.epoch))
{
    for (logged_event& each : tail.events) {
        auto const age =
            std::max(wall_clock_now - each.published, std::chrono::system_clock::duration::zero());
        if (!each.own_id.empty())
            own_ids_.emplace(each.own_id, each.number);
        newest_own_id_ = each.own_id;
        auto const replaced = insert({.number = each.number,
                                      .frame = shared_frame(each.text),
                                      .added = now - std::chrono::duration_cast<duration>(age),
                                      .own_id = std::move(each.own_id),
                                      .key = std::move(each.key)});
        if (replaced)
            superseded.push_back(*replaced);
    }
    // Numbers up to here have been given out, whether or not their events are still there.
    newest_ = std::max(newest_, tail.next_number - 1);
    if (entries_.empty() || entries_.back().number != newest_)
        newest_own_id_.clear();
    newest_named_ = newest_;
    begin_ = entries_.empty() ? tail.next_number : entries_.front().number;
    next_ = tail.next_number;
    forget_old(now, needs_nothing);
    evicted_ = 0;
    superseded_ = 0;
}

history::draft history::prepare(event const& value, std::string_view key)
{
    draft made{
        .number = next_, .id = std::string(value.id), .own_id = {}, .key = std::string(key), .frame = {}};
    event numbered = value;
    if (made.id.empty()) {
        made.id = id_text(next_);
        numbered.id = made.id;
    } else {
        if (event_writer::is_finished_id(made.id))
            throw std::invalid_argument(
                fmt::format("tidings: the id \"{}\" would tell its client that the stream is over for good; "
                            "give the event another one",
                            made.id));
        if (own_ids_.contains(made.id))
            throw std::invalid_argument(
                fmt::format("tidings: the id \"{}\" has been published on this topic already; leave "
                            "it out to let the topic number its events",
                            made.id));
        made.own_id = made.id;
    }
    made.frame = encode_frame(numbered);
    if (!made.own_id.empty())
        own_ids_.emplace(made.own_id, made.number);
    return count_in(std::move(made));
}

history::draft history::prepare_unnamed(std::string_view encoded)
{
    return count_in({.number = next_, .id = {}, .own_id = {}, .key = {}, .frame = shared_frame(encoded)});
}

history::draft history::count_in(draft made)
{
    ++next_;
    ++drafts_;
    draft_bytes_ += made.frame.text().size();
    return made;
}

void history::count_out(draft const& done) noexcept
{
    --drafts_;
    draft_bytes_ -= done.frame.text().size();
}

bool history::has_room_for_drafts(std::uint64_t needed) const
{
    std::size_t kept_count = count();
    std::size_t kept_bytes = bytes_;
    auto const fits = [&] {
        return kept_count + drafts_ <= std::max<std::size_t>(options_.max_events, 1) &&
               kept_bytes + draft_bytes_ <= options_.history_bytes;
    };
    for (entry const& each : entries_) {
        if (fits() || each.number >= needed)
            return fits();
        --kept_count;
        kept_bytes -= each.frame.text().size();
    }
    // All of them may be kept before a follower has had its turn: none may push out another.
    return drafts_ <= 1 || fits();
}

std::optional<std::uint64_t> history::keep(draft added, time_point now)
{
    count_out(added);
    bool const is_named = !added.id.empty();
    if (is_named) {
        newest_named_ = added.number;
        newest_own_id_ = added.own_id;
    }
    return insert({.number = added.number,
                   .frame = std::move(added.frame),
                   .added = now,
                   .own_id = std::move(added.own_id),
                   .key = std::move(added.key),
                   .is_named = is_named});
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
    newest_ = added.number;
    bytes_ += added.frame.text().size();
    added.offset = all_bytes_;
    all_bytes_ += added.frame.text().size();
    entries_.push_back(std::move(added));
    while (is_full())
        forget_first();
    sweep();
    return superseded;
}

bool history::is_full() const noexcept
{
    return count() > std::max<std::size_t>(options_.max_events, 1) ||
           (bytes_ > options_.history_bytes && count() > 1);
}

void history::supersede(std::uint64_t number)
{
    auto const found = find_entry(number);
    entry& old = entries_[static_cast<std::size_t>(found - entries_.begin())];
    bytes_ -= old.frame.text().size();
    old.frame = {};
    old.is_dead = true;
    ++dead_;
    ++superseded_;
}

void history::forget_first()
{
    entry& oldest = entries_.front();
    if (!oldest.own_id.empty())
        own_ids_.erase(oldest.own_id);
    if (oldest.is_dead) {
        --dead_;
    } else {
        bytes_ -= oldest.frame.text().size();
        if (!oldest.key.empty())
            latest_.erase(oldest.key);
        if (oldest.is_named) {
            begin_ = oldest.number + 1;
            ++evicted_;
        }
    }
    entries_.pop_front();
}

// Superseded entries would pile up behind one old key that never changes.
void history::sweep()
{
    constexpr std::size_t worth_it = 64;
    if (dead_ < worth_it || dead_ < count())
        return;
    std::erase_if(entries_, [&](entry const& each) {
        if (each.is_dead && !each.own_id.empty())
            own_ids_.erase(each.own_id);
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

history::entries::const_iterator history::find_entry(std::uint64_t number) const
{
    return std::lower_bound(entries_.begin(), entries_.end(), number,
                            [](entry const& each, std::uint64_t wanted) { return each.number < wanted; });
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
