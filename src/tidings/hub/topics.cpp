// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/topics.hpp>
#include <tidings/wait/internal/give_way.hpp>
#include <tidings/wait/run_blocking.hpp>

#include <limits>
#include <utility>

namespace asio = boost::asio;

namespace tidings {

topics::topics() : topics(topics_options{}) {}

topics::topics(topics_options options) : state_(detail::registry_state::make(std::move(options))) {}

void topics::add(std::string pattern)
{
    add(std::move(pattern), topic_options{});
}

void topics::add(std::string pattern, topic_options options)
{
    state_->add(std::move(pattern), std::move(options));
}

std::optional<topic> topics::get(std::string_view name)
{
    return state_->get(name);
}

asio::awaitable<std::optional<topic>> topics::open(context ctx, std::string name)
{
    co_await internal::give_way(ctx);
    if (auto known = state_->get_without_log(name))
        co_return known;
    if (!state_->allows(name))
        co_return std::nullopt;
    auto found = co_await run_blocking(ctx, &detail::registry_state::get, state_, name);
    co_return found ? std::move(*found) : std::nullopt;
}

std::optional<topic> topics::find(std::string_view name) const
{
    return state_->find(name);
}

std::vector<topic> topics::all() const
{
    return state_->all();
}

std::size_t topics::size() const
{
    return state_->size();
}

topics_stats topics::stats() const
{
    return state_->stats();
}

std::size_t topics::expire()
{
    return state_->expire(std::numeric_limits<std::size_t>::max());
}

} // namespace tidings
