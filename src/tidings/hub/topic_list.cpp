// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/follower.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/wait/internal/give_way.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace tidings {

namespace {

asio::awaitable<follow_end> follow_until_end(topic_list topics, context ctx, event_stream& out)
{
    co_await internal::give_way(ctx);
    if (ctx.is_done())
        co_return follow_end::context_ended;
    channel<follow_end> over(1);
    auto const joined = detail::follower::start(topics, internal::access::core(out),
                                                std::make_unique<channel<follow_end>>(over));
    auto end = co_await over.receive(ctx);
    if (!end)
        end = over.try_receive(); // it may have ended in the same turn; then it has said so
    joined->end(follow_end::context_ended);
    internal::access::core(out).detach();
    co_return end.value_or(follow_end::context_ended);
}

} // namespace

topic_list& topic_list::add(topic const& also, start_position from, event_filter where)
{
    auto const& name = internal::access::handle(also)->name();
    if (std::any_of(items_.begin(), items_.end(), [&](auto const& each) { return each.of->name() == name; }))
        throw std::invalid_argument(fmt::format("tidings: a list of topics holds two of the name \"{}\"; "
                                                "give each its own topic_options::name, which resets use",
                                                name));
    items_.push_back({internal::access::handle(also), std::move(where), from, std::string(from.id())});
    return *this;
}

asio::awaitable<follow_end> topic_list::follow(context ctx, event_stream& out) const
{
    return follow_until_end(*this, std::move(ctx), out);
}

void topic_list::attach(event_stream& out) const
{
    (void)detail::follower::start(*this, internal::access::core(out), nullptr);
}

} // namespace tidings
