// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/reset_text.hpp>
#include <tidings/hub/long_poll.hpp>
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/wait/internal/give_way.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace tidings {

namespace {

/// The events of one answer, as JSON.
class batch_text
{
public:
    explicit batch_text(long_poll_options const& options) : options_(options) {}

    void add(event_text const& value)
    {
        if (!value.has_data())
            return; // comments and retry times are for streams
        using detail::json_string;
        std::string_view const type = value.type().empty() ? "message" : value.type();
        events_ += fmt::format(R"({}{{"id":{},"type":{},"data":{}}})", events_.empty() ? "" : ",",
                               json_string(value.id()), json_string(type), json_string(value.data()));
        count_ += value.id_line().empty() ? 0 : 1;
    }

    bool is_empty() const { return events_.empty(); }
    bool is_full() const
    {
        return count_ >= options_.max_events || (count_ > 0 && events_.size() >= options_.answer_bytes);
    }

    response answer(std::string const& position) const
    {
        return response::json(
            fmt::format(R"({{"events":[{}],"position":{}}})", events_, detail::json_string(position)));
    }

private:
    long_poll_options const& options_;
    std::string events_;
    std::size_t count_ =
        0; // of events with an id; gaps are told all at once, or a client would never get past them
};

} // namespace

asio::awaitable<response> long_poll(context ctx, request const& asked, topic_list topics,
                                    long_poll_options options)
{
    co_await internal::give_way(ctx);
    std::optional<subscription> followed;
    try {
        followed.emplace(ctx, topics, asked.last_event_id());
    } catch (too_many_topics const& error) {
        co_return response::text(std::string(error.what()) + '\n', 503).with_header("Retry-After", "5");
    }
    subscription& events = *followed;
    auto const patience = with_timeout(ctx, options.wait_timeout);
    batch_text batch(options);
    while (!batch.is_full()) {
        auto next = events.try_receive();
        if (!next && batch.is_empty())
            next = co_await events.receive(patience);
        if (!next)
            next = events.try_receive(); // it may have come just as the wait ended
        if (!next)
            break;
        batch.add(*next);
    }
    bool const is_over = batch.is_empty() && events.is_read_to_end();
    response answer = is_over ? response(204) : batch.answer(events.position());
    answer.with_header("Cache-Control", "no-store"); // no cache looks at Last-Event-ID
    co_return answer;
}

asio::awaitable<response> long_poll(context ctx, request const& asked, topic const& of,
                                    long_poll_options options)
{
    topic_list only;
    only.add(of);
    return long_poll(std::move(ctx), asked, std::move(only), options);
}

} // namespace tidings
