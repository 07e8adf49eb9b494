// SPDX-License-Identifier: BSL-1.0
// The side of a topic that its followers see.
#include <tidings/hub/detail/loop_group.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

bool topic_state::recognizes(std::string_view id) const
{
    std::lock_guard const guard(lock_);
    return history_.recognizes(id);
}

topic_state::entrance topic_state::enter(boost::asio::any_io_executor const& executor,
                                         std::optional<std::string> const& id, start_position from)
{
    std::lock_guard const guard(lock_);
    if (!is_kept_ && subscribers_ == 0)
        count_blank();
    history_.forget_old(options_->now(), needed());
    history_.forget_unnamed(needed_by_followers());
    auto const place = id ? history_.find_after(*id) : history_.find(from);
    entrance at{.next = place.next, .disconnects = disconnects_, .told = {}, .group = nullptr, .place = {}};
    if (place.missing != gap::none)
        at.told = {.reason = place.missing, .oldest = history_.oldest(), .topic = {}};
    auto found =
        std::find_if(groups_.begin(), groups_.end(), [&](auto const& each) { return each->is_on(executor); });
    if (found == groups_.end())
        found = groups_.insert(groups_.end(), std::make_shared<loop_group>(*this, executor, history_.end()));
    at.group = found->get();
    at.place = laggards_.emplace(at.next, history_.end());
    ++at.group->lagging;
    ++at.group->count;
    ++subscribers_;
    return at;
}

void topic_state::leave(loop_group& group)
{
    {
        std::lock_guard const guard(lock_);
        --subscribers_;
        if (subscribers_ == 0 && !is_kept_)
            --sums_->blank;
        if (--group.count == 0) {
            group.outlive_call();
            std::erase_if(groups_, [&](auto const& each) { return each.get() == &group; });
        }
    }
    give_room();
}

topic_state::laggard topic_state::add_laggard(loop_group& group, std::uint64_t next)
{
    std::lock_guard const guard(lock_);
    ++group.lagging;
    return laggards_.emplace(next, next);
}

void topic_state::move_laggard(laggard& which, std::uint64_t next)
{
    {
        std::lock_guard const guard(lock_);
        auto taken_out = laggards_.extract(which);
        taken_out.key() = next;
        which = laggards_.insert(std::move(taken_out));
    }
    give_room();
}

void topic_state::remove_laggard(loop_group& group, laggard which)
{
    {
        std::lock_guard const guard(lock_);
        laggards_.erase(which);
        --group.lagging;
    }
    give_room();
}

void topic_state::advance(loop_group& group, std::uint64_t next)
{
    {
        std::lock_guard const guard(lock_);
        group.position = next;
    }
    give_room();
}

void topic_state::read(std::uint64_t from, std::size_t limit, batch& into) const
{
    std::lock_guard const guard(lock_);
    into.is_behind = from < history_.begin();
    into.oldest = history_.begin();
    into.disconnects = disconnects_;
    if (into.is_behind) {
        into.from = from;
        into.next = history_.end();
    } else {
        history_.copy(from, limit, into);
    }
    into.is_last = !into.is_behind && is_closed_ && history_.drafts() == 0 && into.next == history_.end();
}

void topic_state::count_cut()
{
    std::lock_guard const guard(lock_);
    ++totals_.cut;
}

std::uint64_t topic_state::bytes_from(std::uint64_t from) const
{
    std::lock_guard const guard(lock_);
    return history_.bytes_from(from);
}

reset topic_state::overflow_reset(std::uint64_t dropped) const
{
    std::lock_guard const guard(lock_);
    return {.reason = gap::overflowed, .oldest = history_.oldest(), .dropped = dropped, .topic = {}};
}

std::string topic_state::id_text(std::uint64_t number) const
{
    if (!options_->log)
        return history_.id_text(number); // all numbers die with the topic
    std::lock_guard const guard(lock_);
    return history_.logged_id_text(number);
}

} // namespace tidings::detail
