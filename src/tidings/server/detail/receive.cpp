// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/describe_exception.hpp>
#include <tidings/server/detail/loop_state.hpp>
#include <tidings/server/detail/receive.hpp>

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

std::optional<response> ask(std::vector<guard> const& checks, internal::path_segments const& path,
                            shared_state& shared, request& head, headers& fields)
try {
    for (auto const& [below, check] : checks)
        if (!below || below->begins(path))
            if (auto answer = check(head, fields))
                return answer;
    return std::nullopt;
} catch (...) {
    shared.log(log_kind::check_failed, log_level::error,
               fmt::format("a check of {} {} failed: {}", head.method(), head.path(),
                           describe(std::current_exception())));
    return response::text("internal server error\n", 500);
}

// What no route answers: 404, 405 with Allow, and OPTIONS.
response unrouted(internal::route_match const& found)
{
    if (found.outcome == internal::route_outcome::method_not_allowed)
        return response::text("method not allowed\n", 405).with_header("Allow", found.allow);
    if (found.outcome == internal::route_outcome::options)
        return response(204).with_header("Allow", found.allow);
    return response::text("not found\n", 404);
}

} // namespace

reception receive(loop_state& home, request& head, std::optional<std::uint64_t> body_size)
{
    shared_state& shared = *home.shared;
    reception decided{.settings = &shared.settings};
    auto const path = internal::split_path(head.path());
    decided.answer = ask(shared.checks, path, shared, head, decided.fields);
    if (decided.answer)
        return decided;
    auto const match = shared.paths.find(head.method(), path);
    if (match.outcome != internal::route_outcome::found) {
        decided.answer = unrouted(match);
        return decided;
    }
    for (auto const& [name, value] : match.params)
        internal::access::add_param(head, name, value);
    decided.to = &shared.routes[match.index];
    decided.settings = &decided.to->settings;
    decided.answer = ask(decided.to->checks, path, shared, head, decided.fields);
    if (decided.answer)
        return decided;
    if (body_size > decided.to->settings.body_bytes) {
        ++shared.counts.bad_requests;
        decided.answer = response::text("the body is too large\n", 413);
    } else if (decided.to->is_stream && event_stream::is_finished_id(head.last_event_id().value_or(""))) {
        // A cache may keep a 204, and does not look at Last-Event-ID: it would turn everybody away.
        decided.answer = response(204).with_header("Cache-Control", "no-store");
    } else if (decided.to->is_stream) {
        decided.answer = refuse_stream(home, head, 0);
    }
    return decided;
}

std::optional<response> refuse_stream(loop_state& home, request const& asked, std::size_t own)
{
    shared_state& shared = *home.shared;
    std::size_t const limit = shared.options.max_streams_per_address;
    std::string const account =
        limit != 0 ? shared.proxies.account_of(asked.remote_address()) : std::string();
    bool const has_enough = !account.empty() && shared.streams_by_address.count(account) - own >= limit;
    if (!home.is_draining && !has_enough)
        return std::nullopt;
    ++shared.counts.refused;
    if (home.is_draining)
        return shared.refusal(asked, 503, "the server is stopping");
    return shared.refusal(asked, 429, "too many streams of this address");
}

stream_handler wrapped(stream_handler inner, std::vector<middleware> const& around)
{
    for (auto each = around.rbegin(); each != around.rend(); ++each)
        inner = (*each)(std::move(inner));
    return inner;
}

void route::wrap(std::vector<middleware> const& around)
{
    call = wrapped(std::move(call), around);
    head = wrapped(std::move(head), around);
}

asio::awaitable<void> answer_as_decided(context, request const&, event_stream& out)
{
    response answer = internal::access::core(out).take_response();
    co_await out.respond(std::move(answer));
}

asio::awaitable<void> open_only(context, request const&, event_stream& out)
{
    co_await out.open();
}

} // namespace tidings::detail
