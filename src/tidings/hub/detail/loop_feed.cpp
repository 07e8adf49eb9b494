// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/detail/loop_feed.hpp>
#include <tidings/hub/detail/registry_state.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace asio = boost::asio;

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
    is_telling_news_ = has_news && !batch_.is_full();
    has_news = has_news && !is_telling_news_;
}

template <typename Action>
void loop_group::for_each_member(std::exception_ptr& failure, Action action)
{
    auto const topic = kept_; // all may leave meanwhile
    // Backwards, because a member that leaves is replaced by the last, which has had its turn.
    for (std::size_t i = members_.size(); i > 0; i = std::min(i - 1, members_.size()))
        try {
            action(*members_[i - 1]);
        } catch (...) {
            failure = std::current_exception();
        }
}

void loop_group::tell(std::exception_ptr& failure)
{
    for_each_member(failure, [this](cursor& each) { each.owner().take(each, batch_); });
}

void loop_group::tell_news(std::exception_ptr& failure)
{
    if (std::exchange(is_telling_news_, false))
        for_each_member(failure, [](cursor& each) { each.owner().look_at_stores(); });
}

void loop_group::settle()
{
    if (batch_.delivered > 0)
        topic_.count(&topic_stats::delivered, std::exchange(batch_.delivered, 0));
}

void loop_group::count_pace(time_point offered)
{
    std::size_t const prompt = count - lagging;
    if (prompt == 0 || members_.empty())
        return;
    auto& taken = topic_.counts_of_label().publish_to_socket;
    for (std::size_t i = 0; i < batch_.size(); ++i)
        if (has_id(batch_.frames[i]))
            taken.add(offered - batch_.origins[i].added, prompt);
}

bool loop_group::advance()
{
    settle();
    position = next_;
    return batch_.is_full() && !members_.empty();
}

void loop_group::end_turn()
{
    batch_.clear();
    if (kept_)
        kept_->give_room();
}

std::shared_ptr<loop_feed> order::feed_of(asio::any_io_executor const& executor,
                                          std::shared_ptr<registry_state> const& registry)
{
    auto const found = std::ranges::find_if(feeds, [&](auto const& each) { return each->is_on(executor); });
    return found != feeds.end() ? *found
                                : feeds.emplace_back(std::make_shared<loop_feed>(*this, registry, executor));
}

loop_feed::loop_feed(order& of, std::shared_ptr<registry_state> registry, asio::any_io_executor executor)
    : internal::loop_call(executor), order_(of), registry_(std::move(registry)),
      executor_(std::move(executor))
{}

bool loop_feed::is_on(asio::any_io_executor const& executor) const noexcept
{
    return &asio::query(executor_, asio::execution::context) ==
           &asio::query(executor, asio::execution::context);
}

void loop_feed::mark(loop_group& group)
{
    if (std::exchange(group.is_marked, true))
        return;
    marked_.push_back(&group);
    request();
}

void loop_feed::remove_group(loop_group& gone)
{
    if (gone.is_marked)
        std::erase(marked_, &gone);
    if (--groups_ > 0)
        return;
    auto const self = shared_from_this();
    if (is_requested())
        itself_ = self;
    std::erase(order_.feeds, self);
}

void loop_feed::on_turn()
{
    auto const self = shared_from_this();
    itself_ = nullptr;
    {
        std::lock_guard const guard(registry_->lock());
        newest_ = order_.newest;
        for (loop_group* const each : marked_) {
            each->is_marked = false;
            each->read();
            turn_.push_back(each->shared_from_this());
        }
        marked_.clear();
    }
    std::exception_ptr failure;
    tell_all(failure);
    bool const is_timed = registry_->times_deliveries();
    bool const is_cut_short = has_advanced(is_timed ? std::optional(registry_->now()) : std::nullopt);
    turn_.clear();
    scratch_.clear();
    if (is_cut_short) // the rest in another turn, or a busy topic would keep the loop from everything else
        asio::post(executor_, [self] { self->go_on(); });
    if (failure)
        std::rethrow_exception(failure);
}

// What one of them throws costs the others nothing.
void loop_feed::tell_all(std::exception_ptr& failure)
{
    for (auto const& each : turn_)
        each->tell(failure);
    for (std::size_t i = 0; i < at_end_.size(); ++i)
        try {
            at_end_[i]->end_turn();
        } catch (...) {
            failure = std::current_exception();
        }
    at_end_.clear();
    for (auto const& each : turn_)
        each->tell_news(failure);
}

// Whether there is more than was read at once.
bool loop_feed::has_advanced(std::optional<time_point> offered)
{
    bool is_cut_short = false;
    {
        std::lock_guard const guard(registry_->lock());
        for (auto const& each : turn_) {
            if (offered)
                each->count_pace(*offered);
            bool const has_more = each->advance();
            is_cut_short |= has_more;
            if (has_more && !std::exchange(each->is_marked, true))
                marked_.push_back(each.get());
        }
    }
    for (auto const& each : turn_)
        each->end_turn();
    return is_cut_short;
}

void loop_feed::go_on()
{
    std::lock_guard const guard(registry_->lock());
    if (!marked_.empty())
        request();
}

} // namespace tidings::detail
