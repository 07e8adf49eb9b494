// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/following.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace tidings {

namespace detail {

/// A topic of a list, and how it is followed.
struct listed_topic
{
    std::shared_ptr<topic_state> of;
    event_filter where;
    start_position start;
    std::string start_id; // what `start` borrows
};

} // namespace detail

/// One or more topics to follow on one stream, each with a start and a filter:
///
///     tidings::topic_list news;
///     news.add(orders);
///     news.add(alerts, tidings::from_last(5), is_urgent);
///     co_await news.follow(ctx, out);
///
/// Events of one registry's topics arrive in the order in which they were published. An event's id (the
/// number, in place of a publisher's own id) gives a position in each of the topics, so any list of them
/// resumes from it, including a topic that is new in the list. Topics outside a registry or with different
/// stores have separate numbers: an id then holds one for each, and a topic that it does not name starts
/// where the list says. A stream takes at most 32 of these (`std::invalid_argument` when it follows or
/// attaches). Topics need distinct names (`topic_options::name`), which resets use. The stream ends when all
/// its topics are closed, or when one of them disconnects its followers.
///
/// A value: copies are independent; use one from one thread at a time.
class topic_list
{
public:
    /// Throws `std::invalid_argument` if two topics of a list have the same name. A filter that owns
    /// something must be a named lambda or a function (see the page on g++ 12).
    topic_list& add(topic const& also, start_position from = from_newest(), event_filter where = {});

    bool is_empty() const noexcept { return items_.empty(); }

    /// Like `topic::follow`.
    [[nodiscard]] boost::asio::awaitable<follow_end> follow(context ctx, event_stream& out) const;
    /// Like `topic::attach`.
    void attach(event_stream& out) const;

private:
    friend internal::access;

    std::vector<detail::listed_topic> items_;
};

} // namespace tidings
