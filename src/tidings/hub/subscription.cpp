// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/cursor_set.hpp>
#include <tidings/hub/subscription.hpp>

#include <exception>
#include <list>
#include <utility>

namespace asio = boost::asio;

namespace tidings {

namespace detail {

/// Reads topics event by event, as they are asked for.
class subscription_state final : public reader, public internal::pull_source<event_text>
{
public:
    /// `last_event_id` wins over where the list starts.
    void enter(topic_list const& topics, boost::asio::any_io_executor const& executor,
               std::optional<std::string> const& last_event_id);
    void leave();

    void take(cursor& at, batch const& live) override;

    bool is_spent() const noexcept override { return is_over_; }
    bool was_cut() const noexcept { return was_cut_; }
    bool is_read_to_end() const noexcept { return topics_.is_over(); }
    /// Throws, once, what a filter has thrown.
    void rethrow_failure();
    std::string position() const;

private:
    readiness fetch(std::optional<event_text>& into) override;
    std::optional<event_text> next_of_all();
    std::optional<event_text> first_wanted(merged& events);

    cursor_set topics_;
    std::string came_with_;      // where the client left off
    std::list<event_text> told_; // gaps at the start
    // Where the last fetch began: what it has found may not be received, and then comes again from there.
    // Empty: it has found a gap at the start.
    std::optional<cursor_set::mark> fetched_from_;
    std::exception_ptr failure_; // of a filter
    bool is_over_ = false;
    bool was_cut_ = false;
};

namespace {

event_text reset_event(reset const& told)
{
    return event_text(event{.type = reset_type, .data = to_json(told)});
}

} // namespace

void subscription_state::enter(topic_list const& topics, boost::asio::any_io_executor const& executor,
                               std::optional<std::string> const& last_event_id)
{
    came_with_ = last_event_id.value_or(std::string());
    for (reset const& each : topics_.enter(topics, executor, last_event_id, *this).told)
        told_.push_back(reset_event(each));
}

void subscription_state::leave()
{
    topics_.leave();
    is_over_ = true;
    end_waits();
}

void subscription_state::take(cursor& at, batch const& live)
{
    boost::intrusive_ptr<reader> const self(this); // a filter may destroy the subscription
    is_over_ |= at.is_sent_away(live);
    notify();
}

void subscription_state::rethrow_failure()
{
    if (failure_)
        std::rethrow_exception(std::exchange(failure_, nullptr));
}

std::string subscription_state::position() const
{
    // A gap that has not been received would be passed over: who comes back is told of it again.
    if (!told_.empty() || (has_returned() && !fetched_from_))
        return came_with_;
    return has_returned() ? topics_.position(*fetched_from_) : topics_.position();
}

// Nothing is thrown to whoever happens to ask: that may be a publish, or a wait that asks other sources too.
readiness subscription_state::fetch(std::optional<event_text>& into)
{
    boost::intrusive_ptr<reader> const self(this); // a filter may destroy the subscription
    try {
        into = next_of_all();
    } catch (...) {
        failure_ = std::current_exception();
        is_over_ = true;
    }
    return into ? readiness::ready : is_over_ ? readiness::exhausted : readiness::pending;
}

std::optional<event_text> subscription_state::next_of_all()
{
    if (!told_.empty()) {
        event_text first = std::move(told_.front());
        told_.pop_front();
        fetched_from_.reset();
        return first;
    }
    merged events;
    for (std::size_t empty = 0; empty < topics_.orders() && !is_over_;) {
        topics_.read(topics_.has_filters() ? batch_limit : 1, events);
        fetched_from_ = topics_.here(events.part);
        if (events.behind) {
            events.behind->topic().count_cut();
            is_over_ = was_cut_ = true;
            return std::nullopt;
        }
        if (events.passing) {
            topics_.move(*events.passing, events.passing_to, false);
            return reset_event(events.told);
        }
        empty = events.size() == 0 ? empty + 1 : 0;
        if (auto found = first_wanted(events))
            return found;
    }
    is_over_ |= topics_.is_over();
    return std::nullopt;
}

std::optional<event_text> subscription_state::first_wanted(merged& events)
{
    for (std::size_t i = 0; i < events.size(); ++i) {
        cursor const& at = events.cursor_of(i);
        bool const is_wanted = at.wants(events.frames[i], events.sources[i]);
        if (at.has_left()) { // the filter has destroyed the subscription
            is_over_ = true;
            return std::nullopt;
        }
        if (is_wanted) {
            auto const frame = topics_.addressed(events, i);
            topics_.move_past(events, i + 1, false);
            return frame.event();
        }
    }
    topics_.move_past(events, events.size(), false);
    return std::nullopt;
}

} // namespace detail

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
    std::optional<event_text> next;
    state->look(next);
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
