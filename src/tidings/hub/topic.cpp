// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/loop_group.hpp>
#include <tidings/hub/detail/subscriber.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/hub/topic.hpp>

#include <utility>

namespace asio = boost::asio;

namespace tidings {

namespace {

/// Hands the stream over: from here on history and live events are one ordered sequence.
detail::subscriber& subscribe(std::shared_ptr<detail::topic_state> const& of, event_stream& out,
                              start_position from, std::optional<channel<follow_end>> over)
{
    detail::topic_state::entrance at{};
    out.require_open("follow");
    auto const group = of->enter(out.get_context().get_executor(), out.last_event_id(), from, at);
    auto made = std::make_unique<detail::subscriber>(of, group, out, at.next, std::move(over));
    detail::subscriber& joined = *made;
    group->add(std::move(made));
    out.attach(joined, at.reset);
    joined.refill();
    out.out().flush(); // the head, when there was nothing to replay
    return joined;
}

asio::awaitable<follow_end> follow_until_end(std::shared_ptr<detail::topic_state> of, context ctx,
                                             event_stream& out, start_position from, std::string id)
{
    if (!id.empty())
        from = from_id(id);

    if (ctx.is_done())
        co_return follow_end::context_ended;
    channel<follow_end> over(1);
    detail::subscriber& joined = subscribe(of, out, from, over);
    if (auto const end = co_await over.receive(ctx))
        co_return *end;
    // The subscriber may have ended in the same turn; then it is gone, and has said so.
    if (auto const end = over.try_receive())
        co_return *end;
    joined.detach();
    co_return follow_end::context_ended;
}

} // namespace

topic::topic(topic_options options) : state_(std::make_shared<detail::topic_state>(std::move(options))) {}

publish_result topic::publish(event const& value)
{
    return state_->publish(value);
}

asio::awaitable<follow_end> topic::follow(context ctx, event_stream& out, start_position from)
{
    std::string id(from.id());
    return follow_until_end(state_, std::move(ctx), out, from, std::move(id));
}

void topic::attach(event_stream& out, start_position from)
{
    subscribe(state_, out, from, std::nullopt);
}

void topic::close()
{
    state_->close();
}

bool topic::is_closed() const
{
    return state_->is_closed();
}

std::string topic::position() const
{
    return state_->position();
}

std::size_t topic::subscribers() const
{
    return state_->subscribers();
}

} // namespace tidings
