// SPDX-License-Identifier: BSL-1.0
// A handler that returns its answer, and not an awaitable, is told which shapes are right.
// must not compile: awaitable<void>\(context, request const&, event_stream&\), awaitable<response>\(context,
// request const&\), awaitable<void>\(context, event_stream&\) or awaitable<response>\(context\)
// event_stream&\), awaitable<response>\(context, request const&\) or awaitable<response>\(context\)
#include <tidings/stream/handler.hpp>

tidings::response tell_at_once(tidings::context ctx);

tidings::handler const wrong = tell_at_once;
