// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/describe_exception.hpp>
#include <tidings/server/detail/own_answers.hpp>
#include <tidings/server/detail/receive.hpp>
#include <tidings/stream/event_stream.hpp>

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace tidings::detail {

namespace {

std::optional<response> ask_checks(shared_state& shared, request const& head, headers& fields)
{
    for (auto const& [below, ask] : shared.checks) {
        if (below && !below->contains(head.path()))
            continue;
        try {
            if (auto answer = ask(head, fields))
                return answer;
        } catch (...) {
            shared.log(log_kind::check_failed, log_level::error,
                       fmt::format("a check of {} {} failed: {}", head.method(), head.path(),
                                   describe(std::current_exception())));
            return response::text("internal server error\n", 500);
        }
    }
    return std::nullopt;
}

bool has_finished(request const& head)
{
    auto const id = head.last_event_id();
    return id && event_stream::is_finished_id(*id);
}

} // namespace

reception receive(shared_state& shared, request& head, bool is_body_too_large)
{
    reception decided;
    decided.answer = ask_checks(shared, head, decided.fields);
    if (decided.answer)
        return decided;
    auto const match = shared.paths.find(head.method(), head.path());
    if (!match.value()) {
        decided.answer = unrouted(match);
        return decided;
    }
    for (auto const& [name, value] : match.params())
        head.add_param(name, value);
    decided.to = &shared.routes[*match.value()];
    if (is_body_too_large) {
        ++shared.counts.bad_requests;
        decided.answer = response::text("the body is too large\n", 413);
    } else if (decided.to->is_stream && has_finished(head)) {
        // A cache may keep a 204, and does not look at Last-Event-ID: it would turn everybody away.
        decided.answer = response(204).with_header("Cache-Control", "no-store");
    }
    return decided;
}

} // namespace tidings::detail
