// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/detail/loop_group.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

loop_group::loop_group(topic_state& of, asio::any_io_executor executor, std::uint64_t next)
    : internal::loop_call(executor), position(next), topic_(of), executor_(std::move(executor)), next_(next)
{}

bool loop_group::is_on(asio::any_io_executor const& executor) const noexcept
{
    return &asio::query(executor_, asio::execution::context) ==
           &asio::query(executor, asio::execution::context);
}

void loop_group::outlive_call()
{
    if (is_requested())
        itself_ = shared_from_this();
}

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

void loop_group::on_turn()
{
    auto const self = shared_from_this();
    itself_ = nullptr;
    if (!members_.empty())
        deliver();
}

void loop_group::deliver()
{
    auto const topic = kept_; // all may leave meanwhile
    batch_.clear();
    topic->read(next_, batch_limit, batch_);
    next_ = batch_.next;
    bool const is_full = batch_.size() == batch_limit;
    std::exception_ptr const failure = tell_all();
    topic->advance(*this, next_);
    batch_.clear();
    if (is_full) // the rest in another turn, or a busy topic would keep the loop from everything else
        asio::post(executor_, [self = shared_from_this()] { self->go_on(); });
    if (failure)
        std::rethrow_exception(failure);
}

// What one member throws costs the others nothing.
std::exception_ptr loop_group::tell_all()
{
    std::exception_ptr failure;
    // Backwards, because a member that leaves is replaced by the last, which has had its turn.
    for (std::size_t i = members_.size(); i > 0; i = std::min(i - 1, members_.size()))
        try {
            members_[i - 1]->owner().take(*members_[i - 1], batch_);
        } catch (...) {
            failure = std::current_exception();
        }
    return failure;
}

void loop_group::go_on()
{
    if (!members_.empty())
        wake();
}

} // namespace tidings::detail
