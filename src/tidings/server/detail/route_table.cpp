// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/route_table.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

template <typename Function>
Function callable(Function given, char const* what)
{
    if (!given)
        throw std::invalid_argument(fmt::format("tidings: {} is an empty function", what));
    return given;
}

stream_handler wrapped(stream_handler inner, std::vector<middleware> const& around)
{
    for (auto each = around.rbegin(); each != around.rend(); ++each)
        inner = (*each)(std::move(inner));
    return inner;
}

// Which of both a request meets is known by its path alone: a route such as "/{name}" leads to many.
stream_handler only_below(internal::route_pattern below, middleware const& around, stream_handler inner)
{
    auto const bare = std::make_shared<stream_handler const>(std::move(inner));
    auto const call_bare = [bare](context ctx, request& asked, event_stream& out) {
        return (*bare)(std::move(ctx), asked, out);
    };
    return [below = std::move(below), call_bare, within = around(call_bare)](context ctx, request& asked,
                                                                             event_stream& out) {
        bool const is_below = below.begins(internal::split_path(asked.path()));
        return is_below ? within(std::move(ctx), asked, out) : call_bare(std::move(ctx), asked, out);
    };
}

asio::awaitable<void> answer_as_decided(context, request const&, event_stream& out)
{
    response answer = internal::access::core(out).take_response();
    co_await out.respond(std::move(answer));
}

// HEAD of a stream: the head, without its handler.
asio::awaitable<void> open_only(context, request const&, event_stream& out)
{
    co_await out.open();
}

std::optional<response> ask(std::vector<guard> const& checks, internal::path_segments const& path,
                            request& head, headers& fields, server_log& log)
try {
    for (auto const& [below, check] : checks)
        if (!below || below->begins(path))
            if (auto answer = check(head, fields))
                return answer;
    return std::nullopt;
} catch (...) {
    log.failed(log_kind::check_failed, fmt::format("a check of {} {}", head.method(), head.path()));
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

void route::wrap(std::vector<middleware> const& around)
{
    call = wrapped(std::move(call), around);
    head = wrapped(std::move(head), around);
}

route_table::route_table(server_options const& of)
    : settings_{.writing = {.keep_alive = of.keep_alive,
                            .write_timeout = of.write_timeout,
                            .least_rate = of.least_rate,
                            .queue_bytes = of.queue_bytes},
                .body_bytes = of.body_bytes,
                .on_half_close = of.on_half_close}
{}

void route_table::add(std::string_view method, std::string_view pattern, handler answer, route_options own)
{
    if (method == "HEAD" && answer.is_stream)
        throw std::invalid_argument(
            "tidings: a HEAD route answers with a response; the HEAD of a stream is answered "
            "by its GET route, without its handler");
    route added{std::move(answer.call), open_only, answer.is_stream, settings_};
    for (auto& each : own.checks)
        added.checks.push_back({std::nullopt, callable(std::move(each), "a check of a route")});
    for (auto& each : own.around)
        each = callable(std::move(each), "a middleware of a route");
    added.wrap(own.around);
    auto& [writing, body_bytes, on_half_close, compression] = added.settings;
    writing.keep_alive = own.keep_alive.value_or(writing.keep_alive);
    writing.write_timeout = own.write_timeout.value_or(writing.write_timeout);
    writing.expiry_notice = own.expiry_notice;
    body_bytes = own.body_bytes.value_or(body_bytes);
    on_half_close = own.on_half_close.value_or(on_half_close);
    compression = std::move(own.compression);
    paths_.add(method, pattern);
    added.pattern = pattern;
    all_.push_back(std::move(added));
}

void route_table::check(std::optional<internal::route_pattern> below, request_check ask)
{
    checks_.push_back({std::move(below), callable(std::move(ask), "a check")});
}

void route_table::use(middleware around)
{
    around_.push_back(callable(std::move(around), "a middleware"));
}

void route_table::use(internal::route_pattern below, middleware around)
{
    auto wrap = callable(std::move(around), "a middleware");
    use([below = std::move(below), wrap = std::move(wrap)](stream_handler inner) {
        return only_below(below, wrap, std::move(inner));
    });
}

void route_table::wrap()
{
    for (route& each : all_)
        each.wrap(around_);
    as_decided_ = wrapped(answer_as_decided, around_);
}

bool route_table::takes(request const& head) const
{
    auto const found = paths_.find(head.method(), internal::split_path(head.path())).outcome;
    return found == internal::route_outcome::found || found == internal::route_outcome::options;
}

reception route_table::find(request& head, server_log& log) const
{
    reception decided{.settings = &settings_};
    auto const path = internal::split_path(head.path());
    decided.answer = ask(checks_, path, head, decided.fields, log);
    if (decided.answer)
        return decided;
    auto const match = paths_.find(head.method(), path);
    if (match.outcome != internal::route_outcome::found) {
        decided.answer = unrouted(match);
        return decided;
    }
    for (auto const& [name, value] : match.params)
        internal::access::add_param(head, name, value);
    decided.to = &all_[match.index];
    decided.settings = &decided.to->settings;
    decided.answer = ask(decided.to->checks, path, head, decided.fields, log);
    return decided;
}

} // namespace tidings::detail
