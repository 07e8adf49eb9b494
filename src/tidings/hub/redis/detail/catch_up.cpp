// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/redis/detail/catch_up.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

namespace {

// Of all pages at once, about.
constexpr std::size_t max_events = 4'096;
constexpr std::size_t max_bytes = 16 * 1024 * 1024;

} // namespace

void catch_up::add(std::string_view topic, std::uint64_t after, std::uint64_t through)
{
    auto const [at, is_new] = parts_.try_emplace(std::string(topic), part{.told = after, .through = through});
    if (!is_new)
        return;
    unread_.push_back(at);
    ++waiting_;
}

std::optional<catch_up::wanted> catch_up::next_read()
{
    if (unread_.empty())
        return std::nullopt;
    auto const at = unread_.front();
    unread_.pop_front();
    wanted next{.topic = at->first, .after = at->second.told, .through = at->second.through};
    next.max_events = std::clamp<std::size_t>(max_events / parts_.size(), 1, next.max_events);
    next.max_bytes = std::min(max_bytes / parts_.size(), next.max_bytes);
    return next;
}

void catch_up::take(std::string_view topic, topic_store::page page)
{
    auto const at = parts_.find(topic);
    if (at == parts_.end())
        return;
    part& of = at->second;
    for (stored_event& each : page.events) {
        if (each.number <= of.told || each.number > of.through)
            continue; // it is damaged
        // What came between was replaced by newer events of its keys, unless the engine says that it is lost.
        if (page.lost <= of.told)
            each.previous = of.told;
        of.told = each.number;
        of.page.push_back(std::move(each));
    }
    of.is_last = page.is_last || of.page.empty();
    --waiting_;
    if (of.page.empty())
        over_.push_back(at);
    else
        fronts_.emplace(of.page.front().number, at);
}

std::optional<catch_up::missed> catch_up::next()
{
    if (!over_.empty()) {
        auto const at = over_.front();
        over_.pop_front();
        missed told{.topic = at->first, .through = at->second.through};
        parts_.erase(at);
        return told;
    }
    if (waiting_ > 0 || fronts_.empty())
        return std::nullopt;
    auto const at = fronts_.begin()->second;
    fronts_.erase(fronts_.begin());
    part& of = at->second;
    missed told{.topic = at->first, .value = std::move(of.page.front())};
    of.page.pop_front();
    if (!of.page.empty()) {
        fronts_.emplace(of.page.front().number, at);
    } else if (of.is_last) {
        over_.push_back(at);
    } else {
        unread_.push_back(at);
        ++waiting_;
    }
    return told;
}

} // namespace tidings::detail
