// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/subscription_state.hpp>
#include <tidings/hub/subscription.hpp>

#include <utility>

namespace asio = boost::asio;

namespace tidings {

namespace {

topic_list list_of(topic const& only, start_position from, event_filter where)
{
    topic_list topics;
    topics.add(only, from, std::move(where));
    return topics;
}

asio::awaitable<std::optional<event_text>> receive_next(boost::intrusive_ptr<detail::subscription_state> from,
                                                        context ctx)
{
    auto next = co_await internal::receive_from(ctx, *from);
    if (!next)
        from->rethrow_failure();
    co_return next;
}

} // namespace

subscription::subscription(context const& ctx, topic const& of, start_position from, event_filter where)
    : subscription(ctx, list_of(of, from, std::move(where)))
{}

subscription::subscription(context const& ctx, topic_list const& topics,
                           std::optional<std::string> const& last_event_id)
    : state_(new detail::subscription_state)
{
    state_->enter(topics, ctx.get_executor(), last_event_id);
}

subscription::~subscription()
{
    state_->leave();
}

asio::awaitable<std::optional<event_text>> subscription::receive(context const& ctx)
{
    return receive_next(state_, ctx);
}

std::optional<event_text> subscription::try_receive()
{
    auto const state = state_; // a filter may destroy this
    auto next = state->try_receive();
    if (!next)
        state->rethrow_failure();
    return next;
}

internal::pull_source<event_text>* subscription::wait_source() const noexcept
{
    return state_.get();
}

std::string subscription::position() const
{
    return state_->position();
}

bool subscription::was_cut() const noexcept
{
    return state_->was_cut();
}

bool subscription::is_read_to_end() const noexcept
{
    return state_->is_read_to_end();
}

} // namespace tidings
