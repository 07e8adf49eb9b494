// SPDX-License-Identifier: BSL-1.0
#pragma once

// Everything public.
#include <tidings/http/headers.hpp>
#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/hub/following.hpp>
#include <tidings/hub/long_poll.hpp>
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/hub/topic_options.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/hub/topic_store.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/middleware/authenticate.hpp>
#include <tidings/middleware/check_host.hpp>
#include <tidings/middleware/check_origin.hpp>
#include <tidings/middleware/cors.hpp>
#include <tidings/middleware/log_requests.hpp>
#include <tidings/net/endpoint.hpp>
#include <tidings/server/route_options.hpp>
#include <tidings/server/server.hpp>
#include <tidings/server/server_options.hpp>
#include <tidings/server/server_stats.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/sse/event_parser.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/sse/utf8.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/stream/log.hpp>
#include <tidings/stream/stream_end.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/bind.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/closed.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/done.hpp>
#include <tidings/wait/end_reason.hpp>
#include <tidings/wait/operation.hpp>
#include <tidings/wait/run_blocking.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/task_group.hpp>
#include <tidings/wait/ticker.hpp>

/// Server-Sent Events over coroutines of Boost.Asio. The guide in docs/guide/ says what is for what.
namespace tidings {}
