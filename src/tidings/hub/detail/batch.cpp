// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/batch.hpp>
#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/detail/registry_state.hpp>

#include <algorithm>
#include <mutex>
#include <tuple>
#include <utility>

namespace tidings::detail {

namespace {

/// What is left of one topic.
struct remainder
{
    history::range left;
    std::size_t stop;
};

// A comment has the number of the event before it, maybe of another topic.
bool comes_later(remainder const& one, remainder const& other)
{
    kept_event const& a = one.left.front();
    kept_event const& b = other.left.front();
    return std::pair(a.number, a.is_comment) > std::pair(b.number, b.is_comment);
}

// False when what the cursor wants has left the history.
bool add_stop(cursor& at, std::vector<remainder>& heads, merged& into)
{
    topic_state const& topic = at.topic();
    history const& kept = topic.events();
    if (at.next() < kept.begin()) {
        if (topic.options().overflow == overflow::cut) {
            into.behind = &at;
            return false;
        }
        into.passing = &at;
        into.passing_to = kept.begin();
        into.told = topic.reset_for(gap::overflowed, kept.begin() - at.next());
        return false;
    }
    history::range const left = kept.from(at.next());
    if (!left.empty())
        heads.push_back({left, into.stops.size()});
    into.stops.push_back({.at = &at,
                          .next = kept.end(),
                          .oldest = kept.begin(),
                          .is_complete = true,
                          .is_last = topic.is_over_at(kept.end())});
    return true;
}

} // namespace

origin origin_of(kept_event const& which)
{
    return {.place = which.place,
            .number = which.number,
            .added = which.added,
            .has_own_id = !which.own_id.empty(),
            .key = which.key};
}

void read_merged(std::span<cursor* const> from, std::size_t limit, merged& into)
{
    into.clear();
    std::vector<remainder> heads; // a heap
    topic_state const& any = from.front()->topic();
    std::lock_guard const guard(any.registry()->lock());
    into.up_to = any.numbers().newest;
    for (cursor* const each : from)
        if (!each->is_over() && !add_stop(*each, heads, into))
            return;
    std::ranges::make_heap(heads, comes_later);
    while (!heads.empty() && into.size() < limit) {
        std::ranges::pop_heap(heads, comes_later);
        remainder& next = heads.back();
        kept_event const& found = next.left.front();
        into.add({origin_of(found), next.stop}, found.frame);
        next.left.advance(1);
        history::skip_dead(next.left);
        if (next.left.empty())
            heads.pop_back();
        else
            std::ranges::push_heap(heads, comes_later);
    }
    for (remainder const& each : heads) {
        merged::stop& of = into.stops[each.stop];
        of.next = each.left.front().place;
        of.is_complete = of.is_last = false;
    }
}

void merge_live(std::span<cursor* const> told, merged& into)
{
    into.clear();
    struct found
    {
        merged::source from;
        internal::shared_frame const* frame;
    };
    std::vector<found> all;
    into.up_to = told.front()->group().feed().newest();
    for (cursor* const each : told) {
        batch const& live = each->group().live();
        auto const first = std::ranges::lower_bound(live.origins, each->next(), {}, &origin::place);
        for (auto at = first; at != live.origins.end(); ++at)
            all.push_back({{*at, into.stops.size()}, &live.frames[at - live.origins.begin()]});
        into.stops.push_back({.at = each,
                              .next = std::max(live.next, each->next()),
                              .oldest = live.oldest,
                              .is_complete = true});
    }
    // Those of one topic are in order. A comment has the number of the event before it, maybe of another
    // topic.
    if (told.size() > 1)
        std::ranges::sort(all, {}, [](found const& each) {
            return std::tuple(each.from.number, !has_id(*each.frame), each.from.stop, each.from.place);
        });
    for (found const& each : all)
        into.add(each.from, *each.frame);
}

} // namespace tidings::detail
