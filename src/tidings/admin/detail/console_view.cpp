// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/console_view.hpp>
#include <tidings/hub/internal/figures.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/wait/spawn.hpp>

#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

constexpr unsigned turns_of_table = 20;       // two seconds
constexpr std::size_t shown_of_the_past = 20; // events of a topic

topic_list all_of(topic const& samples)
{
    topic_list only;
    only.add(samples, from_oldest());
    return only;
}

// Reads at once whatever is published, so that a page, however slow, is no follower that lags, or that
// publishers wait for.
asio::awaitable<void> read_tail(context ctx, topic of, std::shared_ptr<tail_batch> into)
{
    subscription events(ctx, of, from_last(shown_of_the_past));
    while (auto const event = co_await events.receive(ctx))
        into->add(*event);
    into->end();
}

event_text said(std::string_view type, std::string_view data)
{
    return event_text({.type = type, .data = data});
}

} // namespace

console_view::console_view(context ctx, topic_registry topics, topic const& samples, request const& asked)
    : ctx_(std::move(ctx)), topics_(std::move(topics)),
      samples_(ctx_, all_of(samples), asked.last_event_id()),
      table_(asked.query("order"), asked.query("match")), followed_(asked.query("topic"))
{}

std::vector<event_text> console_view::due()
{
    std::vector<event_text> events;
    while (auto sample = samples_.try_receive())
        events.push_back(std::move(*sample));
    if (turns_++ % turns_of_table == 0) {
        show_topics(events);
        follow_topic(events);
    }
    if (tail_ && !tail_->is_empty())
        events.push_back(said("tail", tail_->take()));
    return events;
}

void console_view::show_topics(std::vector<event_text>& into)
{
    std::vector<topic_row> rows;
    internal::for_each_topic(topics_, [&](internal::seen_topic const& each) {
        if (table_.wants(each.name))
            rows.push_back({.name = each.name, .stats = each.stats});
    });
    into.push_back(said("topics", table_.show(std::move(rows), ctx_.now())));
}

// A topic may come later; one that has disconnected its followers is followed again, one that is closed is
// not.
void console_view::follow_topic(std::vector<event_text>& into)
{
    if (followed_.empty())
        return;
    if (tail_ && tail_->is_over()) {
        tail_ = nullptr;
        into.push_back(said("followed", "ended"));
    }
    if (tail_)
        return;
    auto const found = topics_.find(followed_);
    if (found && !(has_followed_ && found->is_closed())) {
        has_followed_ = true;
        tail_ = std::make_shared<tail_batch>();
        into.push_back(said("followed", "live"));
        spawn(ctx_, read_tail, *found, tail_);
    } else if (turns_ == 1) {
        into.push_back(said("followed", "not in memory yet"));
    }
}

} // namespace tidings::detail
