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

/// One or several topics to follow on one stream, each with a start and a filter:
///
///     tidings::topic_list news;
///     news.add(orders);
///     news.add(alerts, tidings::from_last(5), is_urgent);
///     co_await news.follow(ctx, out);
///
/// Topics of one registry come in the order in which they were published, and the id of an event, its
/// publisher's own replaced by the number, leads back to a place in each of them. So any list of them resumes
/// from it: a topic that is new in the list goes on behind it like the others. Topics that stand alone, or
/// have logs, have numbers of their own: an id then has one for each, and one that it does not name begins
/// where the list says. Of these a stream takes 32 at most (`std::invalid_argument` when it is followed or
/// attached). Topics need names (`topic_options::name`), all different, by which gaps are told. The stream
/// ends when all its topics are closed, or one of them sends its followers away.
///
/// A value: copies are independent, and one is for one thread at a time.
class topic_list
{
public:
    /// Throws `std::invalid_argument` when two topics of a list have the same name. The filter is a named
    /// lambda or a function when it owns something (see the page on g++ 12).
    topic_list& add(topic const& also, start_position from = from_newest(), event_filter where = {});

    bool is_empty() const noexcept { return items_.empty(); }

    /// As `topic::follow`.
    [[nodiscard]] boost::asio::awaitable<follow_end> follow(context ctx, event_stream& out) const;
    /// As `topic::attach`.
    void attach(event_stream& out) const;

private:
    friend internal::access;

    std::vector<detail::listed_topic> items_;
};

} // namespace tidings
