// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/own_answers.hpp>

namespace asio = boost::asio;

namespace tidings::detail {

asio::awaitable<void> answer_unrouted(shared_state const& all, request const& asked, event_stream& out)
{
    auto const found = all.paths.find(asked.method(), asked.path());
    response answer = response::text("not found\n", 404);
    if (found.outcome() == route_outcome::method_not_allowed)
        answer = response::text("method not allowed\n", 405).with_header("Allow", found.allow());
    else if (found.outcome() == route_outcome::options)
        answer = response(204).with_header("Allow", found.allow());
    co_await out.respond(std::move(answer));
}

asio::awaitable<void> open_only(context, request const&, event_stream& out)
{
    co_await out.open();
}

asio::awaitable<void> answer_gone_for_good(context, request const&, event_stream& out)
{
    // A cache may keep a 204, and does not look at Last-Event-ID: it would turn everybody away.
    response answer = response(204).with_header("Cache-Control", "no-store");
    co_await out.respond(std::move(answer));
}

asio::awaitable<void> answer_refusal(shared_state& all, int status, std::string_view why,
                                     request const& asked, event_stream& out)
{
    response answer = all.refusal(asked, status, why);
    co_await out.respond(std::move(answer));
}

} // namespace tidings::detail
