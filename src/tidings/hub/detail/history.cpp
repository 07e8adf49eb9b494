// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>
#include <tidings/sse/encode.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

history::history(topic_options const& options, std::string epoch)
    : options_(options), epoch_(std::move(epoch))
{}

std::string history::id_text(std::uint64_t number) const
{
    return fmt::format("{}-{}", epoch_, number);
}

std::string history::add(event const& value, time_point now)
{
    entry added{.frame = {}, .added = now, .own_id = std::string(value.id)};
    if (own_ids_.contains(added.own_id))
        throw std::invalid_argument(
            fmt::format("tidings: the id \"{}\" has been published on this topic already; leave "
                        "it out to let the topic number its events",
                        added.own_id));
    std::string const id = added.own_id.empty() ? id_text(end()) : added.own_id;
    event numbered = value;
    numbered.id = id;
    std::string text(encoded_size(numbered), '\0');
    encode(numbered, text.data());
    added.frame = shared_frame(text);

    bytes_ += text.size();
    entries_.push_back(std::move(added));
    if (std::string const& own = entries_.back().own_id; !own.empty())
        own_ids_.emplace(own, end() - 1);
    newest_id_ = id;
    while (entries_.size() > std::max<std::size_t>(options_.history_count, 1) ||
           (bytes_ > options_.history_bytes && entries_.size() > 1))
        forget_first();
    forget_old(now);
    return id;
}

void history::forget_first()
{
    entry& oldest = entries_.front();
    bytes_ -= oldest.frame.text().size();
    if (!oldest.own_id.empty())
        own_ids_.erase(oldest.own_id);
    entries_.pop_front();
    ++first_;
}

void history::forget_old(time_point now)
{
    if (options_.history_age <= duration::zero())
        return;
    while (entries_.size() > 1 && now - entries_.front().added > options_.history_age)
        forget_first();
}

void history::copy(std::uint64_t from, std::size_t limit, std::vector<shared_frame>& into) const
{
    std::uint64_t const until = std::min<std::uint64_t>(end(), from + limit);
    for (std::uint64_t number = from; number < until; ++number)
        into.push_back(entries_[number - first_].frame);
}

history::place history::find(start_position from) const
{
    switch (from.what()) {
    case start_position::kind::newest:
        return {end()};
    case start_position::kind::oldest:
        return {first_};
    case start_position::kind::last:
        return {end() - std::min<std::uint64_t>(from.count(), entries_.size())};
    case start_position::kind::after:
        return find_after(from.id());
    }
    return {end()};
}

history::place history::find_after(std::string_view id) const
{
    if (auto const own = own_ids_.find(id); own != own_ids_.end())
        return {own->second + 1};
    if (id == newest_id_)
        return {end()};
    auto const dash = id.rfind('-');
    std::uint64_t number = 0;
    std::string_view const digits = dash == std::string_view::npos ? std::string_view() : id.substr(dash + 1);
    auto const [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || last != digits.data() + digits.size() || dash != epoch_.size())
        return {end(), gap::unknown_id};
    if (id.substr(0, dash) != epoch_)
        return {end(), gap::restarted};
    if (number >= end())
        return {end(), gap::unknown_id};
    if (number + 1 < first_)
        return {end(), gap::evicted};
    return {number + 1};
}

std::string history::id_of(std::uint64_t number) const
{
    entry const& at = entries_[number - first_];
    return at.own_id.empty() ? id_text(number) : at.own_id;
}

} // namespace tidings::detail
