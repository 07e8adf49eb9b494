// SPDX-License-Identifier: BSL-1.0
// A handler that takes its parameters in another order is told which shapes are right.
// must not compile: awaitable<void>\(context, request const&, event_stream&\), awaitable<response>\(context,
// request const&\), awaitable<void>\(context, event_stream&\) or awaitable<response>\(context\)
// event_stream&\), awaitable<response>\(context, request const&\) or awaitable<response>\(context\)
#include <tidings/stream/handler.hpp>

boost::asio::awaitable<void> tell(tidings::request const& asked, tidings::context ctx,
                                  tidings::event_stream& out);

tidings::handler const wrong = tell;
