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

/// The bounds of one answer.
struct long_poll_options
{
    /// How long a client waits for the first event. Shorter than what the proxies on the way allow.
    duration wait_timeout = std::chrono::seconds(25);
    std::size_t max_events = 100;          ///< of one answer, beside what tells of gaps
    std::size_t answer_bytes = 256 * 1024; ///< of events, after which no more are added
};

/// Topics for clients that event streams do not get through to: what has come since the client's last place,
/// as soon as there is something. The same history, ids and `tidings-reset` as for streams; the body is JSON:
///
///     {"events":[{"id":"b2k4zq-17","type":"message","data":"hello"}],"position":"b2k4zq-17"}
///
/// The client asks again with `position` as Last-Event-ID, in the header or in the query (see
/// `request::last_event_id`). When the wait is over, or the topic has sent its followers away, `events` is
/// empty. The answer is 204 once all topics are closed and read to their ends: nothing more will come.
///
/// 503 with Retry-After where a stream would throw `too_many_topics`.
///
///     co_return co_await tidings::long_poll(ctx, request, news);
[[nodiscard]] boost::asio::awaitable<response> long_poll(context ctx, request const& asked, topic_list topics,
                                                         long_poll_options options = {});
/// The same for one topic.
[[nodiscard]] boost::asio::awaitable<response> long_poll(context ctx, request const& asked, topic const& of,
                                                         long_poll_options options = {});

} // namespace tidings
