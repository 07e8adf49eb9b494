// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/detail/loop_group.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

loop_group::loop_group(asio::any_io_executor executor, std::uint64_t next)
    : position(next), executor_(std::move(executor)), next_(next)
{}

loop_group::~loop_group() = default;

bool loop_group::is_on(asio::any_io_executor const& executor) const noexcept
{
    return &asio::query(executor_, asio::execution::context) ==
           &asio::query(executor, asio::execution::context);
}

void loop_group::wake(std::shared_ptr<topic_state> of)
{
    if (!is_woken_.exchange(true))
        asio::post(executor_, [self = shared_from_this(), of = std::move(of)] { self->deliver(*of); });
}

void loop_group::add(cursor& joined, std::shared_ptr<reader> of)
{
    joined.index = members_.size();
    members_.push_back({&joined, std::move(of)});
}

void loop_group::remove(cursor& gone)
{
    std::size_t const at = gone.index;
    std::shared_ptr<reader> removed = std::move(members_[at].of);
    if (at + 1 != members_.size()) {
        members_[at] = std::move(members_.back());
        members_[at].place->index = at;
    }
    members_.pop_back();
    asio::post(executor_, [removed = std::move(removed)] {});
}

void loop_group::deliver(topic_state& of)
{
    is_woken_ = false;
    batch_.clear();
    of.read(next_, batch_limit, batch_);
    next_ = batch_.next;
    bool const is_full = batch_.size() == batch_limit;
    // Backwards, because a member that leaves is replaced by the last, which has had its turn.
    for (std::size_t i = members_.size(); i-- > 0;)
        members_[i].of->take(*members_[i].place, batch_);
    of.advance(*this, next_);
    if (is_full)
        wake(of.shared_from_this());
    batch_.clear();
}

} // namespace tidings::detail
