// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/detail/loop_group.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

loop_group::loop_group(topic_state& of, std::shared_ptr<loop_feed> feed, std::uint64_t next)
    : position(next), topic_(of), feed_(std::move(feed)), next_(next)
{}

void loop_group::add(cursor& joined)
{
    joined.set_index(members_.size());
    members_.push_back(&joined);
    if (!kept_)
        kept_ = topic_.shared_from_this();
}

void loop_group::remove(cursor& gone)
{
    cursor* const last = members_.back();
    members_[gone.index()] = last;
    last->set_index(gone.index());
    members_.pop_back();
    if (members_.size() < members_.capacity() / 4)
        members_.shrink_to_fit();
    if (members_.empty())
        kept_ = nullptr;
}

void loop_group::read()
{
    batch_.clear();
    if (members_.empty())
        return;
    topic_.read(next_, batch_limit, batch_);
    next_ = batch_.next;
}

void loop_group::tell(std::exception_ptr& failure)
{
    auto const topic = kept_; // all may leave meanwhile
    // Backwards, because a member that leaves is replaced by the last, which has had its turn.
    for (std::size_t i = members_.size(); i > 0; i = std::min(i - 1, members_.size()))
        try {
            members_[i - 1]->owner().take(*members_[i - 1], batch_);
        } catch (...) {
            failure = std::current_exception();
        }
}

bool loop_group::advance()
{
    position = next_;
    return batch_.is_full() && !members_.empty();
}

void loop_group::end_turn()
{
    batch_.clear();
    if (kept_)
        kept_->give_room();
}

} // namespace tidings::detail
