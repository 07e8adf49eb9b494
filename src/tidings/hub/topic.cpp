// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/wait/internal/give_way.hpp>

#include <fmt/format.h>

#include <exception>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace tidings {

namespace {

asio::awaitable<publish_result> publish_and_wait(std::shared_ptr<detail::topic_state> to, context ctx,
                                                 detail::kept_event value, std::string producer = {},
                                                 std::uint64_t sequence = 0)
{
    topic::producer const by{.id = producer, .sequence = sequence};
    co_await internal::give_way(ctx);
    channel<detail::store_answer> answers(1);
    detail::when_kept const answer = [answers](detail::store_answer got) mutable {
        (void)answers.try_send(std::move(got));
    };
    auto tried = to->try_publish(value, answer, by);
    while (tried.may_wait) {
        auto const room = co_await to->room().receive(ctx);
        if (!room && ctx.is_done())
            co_return publish_result{.status = publish_status::context_ended, .id = {}};
        if (!room)
            throw std::logic_error("tidings: the topic was closed while a publish was waiting");
        tried = to->try_publish(value, answer, by);
        if (!tried.may_wait) // there may be room for the next one, or none in the store either
            (void)to->room().try_send();
    }
    if (tried.result.status != publish_status::queued)
        co_return std::move(tried.result);
    auto answered = co_await answers.receive(ctx);
    if (!answered)
        co_return publish_result{.status = publish_status::context_ended, .id = {}};
    if (answered->error)
        std::rethrow_exception(answered->error);
    co_return std::move(answered->result);
}

} // namespace

topic::topic() : topic(topic_options{}) {}

topic::topic(topic_options options)
{
    if (options.store || !options.shards.empty())
        throw std::invalid_argument(
            "tidings: a topic with a store belongs to a registry: give the store to a pattern "
            "of one, and open the topic there");
    auto const shared = std::make_shared<topic_options const>(std::move(options));
    state_ =
        std::make_shared<detail::topic_state>(shared->name, shared, detail::registry_state::make_for_one());
}

std::string const& topic::name() const noexcept
{
    return state_->name();
}

void topic::require_never_refused() const
{
    if (state_->can_refuse())
        throw std::logic_error(fmt::format("tidings: the topic \"{}\" has {}, so it may refuse an event: use "
                                           "`try_publish` and look at what it "
                                           "returns, or `co_await publish(ctx, …)`",
                                           name(), state_->has_store() ? "a store" : "overflow::wait"));
}

publish_result topic::publish(event const& value) const
{
    return publish({}, value);
}

publish_result topic::publish(std::string_view key, event const& value) const
{
    require_never_refused();
    return try_publish(key, value);
}

publish_result topic::try_publish(event const& value) const
{
    return try_publish({}, value);
}

publish_result topic::try_publish(std::string_view key, event const& value) const
{
    auto prepared = state_->prepare(value, key);
    return state_->try_publish(prepared, {}).result;
}

asio::awaitable<publish_result> topic::publish(context ctx, event const& value) const
{
    return publish(std::move(ctx), {}, value);
}

asio::awaitable<publish_result> topic::publish(context ctx, std::string_view key, event const& value) const
{
    return publish_and_wait(state_, std::move(ctx), state_->prepare(value, key));
}

asio::awaitable<publish_result> topic::publish(context ctx, event const& value, producer by) const
{
    if (!state_->has_store())
        throw std::logic_error(fmt::format("tidings: the topic \"{}\" supports no producers, since it is in "
                                           "memory; give it a store that does, such as `redis_store`",
                                           name()));
    if (by.id.empty() || by.id.size() > max_name_bytes || by.sequence == 0 ||
        by.sequence > detail::max_event_number)
        throw std::invalid_argument(
            fmt::format("tidings: a producer has an id of 1 to {} bytes, and a sequence "
                        "number of 1 to {}",
                        max_name_bytes, detail::max_event_number));
    return publish_and_wait(state_, std::move(ctx), state_->prepare(value, {}), std::string(by.id),
                            by.sequence);
}

publish_result topic::publish_comment(std::string_view text) const
{
    return state_->publish_unnamed(event_text::comment(text).text());
}

publish_result topic::publish_retry(std::chrono::milliseconds pause) const
{
    event_text const advice(event{.retry = pause});
    state_->set_retry();
    return state_->publish_unnamed(advice.text());
}

asio::awaitable<follow_end> topic::follow(context ctx, event_stream& out, start_position from,
                                          event_filter where) const
{
    topic_list only;
    only.add(*this, from, std::move(where));
    return only.follow(std::move(ctx), out);
}

void topic::attach(event_stream& out, start_position from, event_filter where) const
{
    topic_list only;
    only.add(*this, from, std::move(where));
    only.attach(out);
}

void topic::close() const
{
    state_->close();
}

bool topic::is_closed() const
{
    return state_->is_closed();
}

std::size_t topic::disconnect() const
{
    return state_->disconnect();
}

std::string topic::position() const
{
    return state_->position();
}

std::size_t topic::subscribers() const
{
    return state_->subscribers();
}

internal::hub_figures internal::figures_of(topic const& alone)
{
    auto const& of = access::state(alone);
    auto const& label = of.options().label;
    if (of.registry()->keeps())
        throw std::invalid_argument(fmt::format(
            "tidings: the topic \"{}\" belongs to a registry: give its registry to the metrics", of.name()));
    if (label.empty())
        throw std::invalid_argument(fmt::format(
            "tidings: metrics count the topic \"{}\" under a name: give it topic_options::label", of.name()));
    auto now = of.registry()->figures();
    now.by_label[label].sum = of.stats();
    return now;
}

void internal::time_deliveries(topic const& alone)
{
    access::state(alone).registry()->time_deliveries();
}

topic_stats topic::stats() const
{
    return state_->stats();
}

} // namespace tidings
