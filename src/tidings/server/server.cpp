// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/route_pattern.hpp>
#include <tidings/server/detail/engine.hpp>
#include <tidings/server/detail/receive.hpp>
#include <tidings/server/server.hpp>

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace tidings {

namespace {

server_options only(endpoint where, server_options options)
{
    if (options.listen != server_options().listen)
        throw std::invalid_argument(
            "tidings: a server is given one endpoint, or those of server_options::listen, but not both");
    options.listen = {std::move(where)};
    return options;
}

template <typename Function>
Function callable(Function given, char const* what)
{
    if (!given)
        throw std::invalid_argument(fmt::format("tidings: {} is an empty function", what));
    return given;
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

} // namespace

server::server() : server(server_options{}) {}

server::server(server_options options) : engine_(std::make_shared<detail::engine>(std::move(options))) {}

server::server(asio::io_context& loop, server_options options)
    : engine_(std::make_shared<detail::engine>(loop, std::move(options)))
{}

server::server(endpoint where, server_options options) : server(only(std::move(where), std::move(options))) {}

server::server(asio::io_context& loop, endpoint where, server_options options)
    : server(loop, only(std::move(where), std::move(options)))
{}

server::~server()
{
    engine_->close();
}

void server::require_not_started(char const* what) const
{
    if (engine_->has_started)
        throw std::logic_error(fmt::format("tidings: {} are added before the server starts", what));
}

void server::route(std::string_view method, std::string_view pattern, handler answer, route_options own)
{
    require_not_started("routes");
    if (method == "HEAD" && answer.is_stream)
        throw std::invalid_argument(
            "tidings: a HEAD route answers with a response; the HEAD of a stream is answered "
            "by its GET route, without its handler");
    auto& shared = *engine_->shared;
    detail::route added{std::move(answer.call), detail::open_only, answer.is_stream, shared.settings, {}};
    for (auto& each : own.checks)
        added.checks.push_back({std::nullopt, callable(std::move(each), "a check of a route")});
    for (auto& each : own.around)
        each = callable(std::move(each), "a middleware of a route");
    added.wrap(own.around);
    auto& [writing, body_bytes, on_half_close] = added.settings;
    writing.keep_alive = own.keep_alive.value_or(writing.keep_alive);
    writing.write_timeout = own.write_timeout.value_or(writing.write_timeout);
    body_bytes = own.body_bytes.value_or(body_bytes);
    on_half_close = own.on_half_close.value_or(on_half_close);
    shared.paths.add(method, pattern);
    added.pattern = pattern;
    shared.routes.push_back(std::move(added));
}

void server::check(request_check ask)
{
    require_not_started("checks");
    engine_->shared->checks.push_back({std::nullopt, callable(std::move(ask), "a check")});
}

void server::check(std::string_view prefix, request_check ask)
{
    internal::route_pattern const below(prefix);
    check(std::move(ask));
    engine_->shared->checks.back().below = below;
}

void server::use(middleware around)
{
    require_not_started("middleware functions");
    engine_->around.push_back(callable(std::move(around), "a middleware"));
}

void server::use(std::string_view prefix, middleware around)
{
    auto wrap = callable(std::move(around), "a middleware");
    use([below = internal::route_pattern(prefix), wrap = std::move(wrap)](stream_handler inner) {
        return only_below(below, wrap, std::move(inner));
    });
}

void server::start()
{
    engine_->start();
}

void server::run()
{
    engine_->run();
}

void server::stop()
{
    engine_->stop();
}

std::uint16_t server::port() const
{
    if (!engine_->has_started)
        throw std::logic_error("tidings: server::port is known once the server has started");
    return engine_->port;
}

server_stats server::stats() const
{
    return engine_->shared->stats();
}

void server::end_streams(std::string principal)
{
    if (principal.empty())
        throw std::invalid_argument("tidings: server::end_streams needs the name of a principal");
    engine_->end_streams(std::make_shared<std::string const>(std::move(principal)));
}

std::shared_ptr<detail::background> const& server::background() const noexcept
{
    return engine_->work();
}

void server::adopt(asio::ip::tcp::socket socket, std::string already_read)
{
    boost::system::error_code error;
    socket.native_non_blocking(true, error);
    internal::stream_socket adopted(error ? -1 : socket.release(error));
    if (!adopted.is_open())
        return;
    engine_->start();
    engine_->adopt(std::move(adopted), std::move(already_read));
}

} // namespace tidings
