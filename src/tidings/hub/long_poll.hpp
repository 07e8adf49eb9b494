// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>

namespace tidings {

/// The bounds of one response.
struct long_poll_options
{
    /// How long a request waits for a first event. Keep it below the timeouts of the proxies on the way.
    duration wait_timeout = std::chrono::seconds(25);
    std::size_t max_events = 100;          ///< per response, not counting resets
    std::size_t answer_bytes = 256 * 1024; ///< once the events reach this size, no more are added
};

/// Long polling, for clients that event streams do not reach: responds with the events after the client's
/// last position as soon as there are any. History, ids and `tidings-reset` are those of streams; the body is
/// JSON:
///
///     {"events":[{"id":"b2k4zq-17","type":"message","data":"hello"}],"position":"b2k4zq-17"}
///
/// The client sends its next request with `position` as Last-Event-ID, in the header or in the query (see
/// `request::last_event_id`). If the wait times out, or the topic disconnects its followers, `events` is
/// empty. The status is 204 once all topics are closed and read to the end: there will be no more events. It
/// is 503, with Retry-After, where a stream would throw `too_many_topics`.
///
///     co_return co_await tidings::long_poll(ctx, request, news);
[[nodiscard]] boost::asio::awaitable<response> long_poll(context ctx, request const& asked, topic_list topics,
                                                         long_poll_options options = {});
/// The same for one topic.
[[nodiscard]] boost::asio::awaitable<response> long_poll(context ctx, request const& asked, topic const& of,
                                                         long_poll_options options = {});

} // namespace tidings
