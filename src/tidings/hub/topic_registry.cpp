// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/internal/give_way.hpp>

#include <boost/asio/detail/thread_context.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <future>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace tidings {

namespace {

std::optional<topic> handle_of(std::shared_ptr<detail::topic_state> found)
{
    return found ? std::optional(internal::access::make<topic>(std::move(found))) : std::nullopt;
}

std::optional<topic> handle_of(detail::opening answer)
{
    if (answer.error)
        std::rethrow_exception(answer.error);
    return handle_of(std::move(answer.found));
}

} // namespace

topic_registry::topic_registry() : topic_registry(topic_registry_options{}) {}

topic_registry::topic_registry(topic_registry_options options)
    : state_(detail::registry_state::make(std::move(options)))
{}

void topic_registry::add(std::string pattern) const
{
    add(std::move(pattern), topic_options{});
}

void topic_registry::add(std::string pattern, topic_options options) const
{
    state_->add(std::move(pattern), std::move(options));
}

std::optional<topic> topic_registry::get(std::string_view name) const
{
    return handle_of(state_->get(name));
}

asio::awaitable<std::optional<topic>> topic_registry::open(context ctx, std::string name) const
{
    co_await internal::give_way(ctx);
    channel<detail::opening> answers(1);
    state_->open(name, [answers](detail::opening got) mutable { (void)answers.try_send(std::move(got)); });
    auto answer = co_await answers.receive(ctx);
    if (!answer)
        co_return std::nullopt;
    co_return handle_of(std::move(*answer));
}

std::optional<topic> topic_registry::open_blocking(std::string_view name) const
{
    // What Asio itself looks at, to know whether a thread runs one of its loops.
    if (asio::detail::thread_context::top_of_thread_call_stack())
        throw std::logic_error(
            "tidings: open_blocking waits for a store, and was called on a loop, which it would "
            "hold up: use `co_await open(ctx, name)` there");
    std::promise<detail::opening> answer;
    state_->open(name, [&answer](detail::opening got) { answer.set_value(std::move(got)); });
    return handle_of(answer.get_future().get());
}

std::optional<topic> topic_registry::find(std::string_view name) const
{
    std::lock_guard const guard(state_->lock());
    return handle_of(state_->find(name));
}

std::optional<topic> topic_registry::find_by_event(std::string_view id) const
{
    return handle_of(state_->find_by_event(id));
}

std::vector<topic> topic_registry::all() const
{
    std::vector<topic> found;
    std::lock_guard const guard(state_->lock());
    for (auto& each : state_->all())
        found.push_back(internal::access::make<topic>(std::move(each)));
    return found;
}

std::size_t topic_registry::size() const
{
    return state_->size();
}

topic_registry_stats topic_registry::stats() const
{
    return state_->stats();
}

void internal::add(topic_stats& sum, topic_stats const& of) noexcept
{
    sum.published += of.published;
    sum.delivered += of.delivered;
    sum.superseded += of.superseded;
    sum.refused += of.refused;
    sum.not_kept += of.not_kept;
    sum.dropped += of.dropped;
    sum.cut += of.cut;
    add_held(sum, of);
}

void internal::add_held(topic_stats& sum, topic_stats const& of) noexcept
{
    sum.subscribers += of.subscribers;
    sum.lagging += of.lagging;
    sum.max_lag = std::max(sum.max_lag, of.max_lag);
    sum.history_count += of.history_count;
    sum.history_bytes += of.history_bytes;
}

internal::hub_figures internal::figures_of(topic_registry const& all)
{
    return access::state(all).figures();
}

void internal::time_deliveries(topic_registry const& all)
{
    access::state(all).time_deliveries();
}

void internal::for_each_topic(topic_registry const& all, std::function<void(seen_topic const&)> const& look)
{
    access::state(all).for_each(look);
}

std::size_t topic_registry::expire() const
{
    return state_->expire(std::numeric_limits<std::size_t>::max());
}

} // namespace tidings
