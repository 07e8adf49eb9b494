// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/loop_group.hpp>
#include <tidings/hub/detail/subscriber.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// Events given to a stream in one gathered write.
constexpr std::size_t batch_limit = 64;

} // namespace

loop_group::loop_group(asio::any_io_executor executor, std::uint64_t next)
    : executor_(std::move(executor)), next_(next)
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

void loop_group::add(std::unique_ptr<subscriber> joined)
{
    joined->index = members_.size();
    members_.push_back(std::move(joined));
}

void loop_group::remove(subscriber& gone)
{
    std::size_t const at = gone.index;
    std::unique_ptr<subscriber> removed = std::move(members_[at]);
    if (at + 1 != members_.size()) {
        members_[at] = std::move(members_.back());
        members_[at]->index = at;
    }
    members_.pop_back();
    asio::post(executor_, [removed = std::move(removed)] {});
}

void loop_group::deliver(topic_state& of)
{
    is_woken_ = false;
    batch_.clear();
    std::uint64_t const first = next_;
    auto const read = of.read(first, batch_limit, batch_);
    next_ = read.is_behind ? of.end() : first + batch_.size();
    // Backwards, because a member that leaves is replaced by the last, which has had its turn.
    for (std::size_t i = members_.size(); i-- > 0;) {
        if (read.is_behind || read.is_last)
            members_[i]->refill();
        else
            members_[i]->take(batch_, first);
    }
    if (batch_.size() == batch_limit)
        wake(of.shared_from_this());
    batch_.clear();
}

} // namespace tidings::detail
