// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/engine.hpp>
#include <tidings/server/detail/static_folder.hpp>
#include <tidings/server/internal/figures.hpp>
#include <tidings/server/internal/in_memory.hpp>
#include <tidings/server/server.hpp>

#include <fmt/format.h>

#include <stdexcept>

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

std::shared_ptr<std::string const> checked_name(std::string principal, char const* call)
{
    if (principal.empty())
        throw std::invalid_argument(fmt::format("tidings: server::{} needs the name of a principal", call));
    return std::make_shared<std::string const>(std::move(principal));
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
    engine_->shared->routes.add(method, pattern, std::move(answer), std::move(own));
}

void server::files(std::string_view prefix, std::filesystem::path const& folder, std::string cache_control,
                   route_options own)
{
    auto const answer = detail::serve_folder(folder, std::move(cache_control));
    prefix = prefix.substr(0, prefix.find_last_not_of('/') + 1);
    if (!prefix.empty())
        get(prefix, answer, own);
    get(fmt::format("{}/", prefix), answer, own);
    get(fmt::format("{}/{{{}...}}", prefix, detail::path_in_folder), answer, std::move(own));
}

void server::check(request_check ask)
{
    require_not_started("checks");
    engine_->shared->routes.check(std::nullopt, std::move(ask));
}

void server::check(std::string_view prefix, request_check ask)
{
    require_not_started("checks");
    engine_->shared->routes.check(internal::route_pattern(prefix), std::move(ask));
}

void server::use(middleware around)
{
    require_not_started("middleware functions");
    engine_->shared->routes.use(std::move(around));
}

void server::use(std::string_view prefix, middleware around)
{
    require_not_started("middleware functions");
    engine_->shared->routes.use(internal::route_pattern(prefix), std::move(around));
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
    engine_->end_streams(checked_name(std::move(principal), "end_streams"));
}

void server::renew(std::string principal, std::chrono::system_clock::time_point valid_until)
{
    engine_->renew(checked_name(std::move(principal), "renew"), valid_until);
}

std::function<std::optional<internal::server_figures>()>
internal::observe(server& of, std::function<void(stream_end const&)> each_end)
{
    auto& engine = access::engine(of);
    if (engine.has_started)
        throw std::logic_error("tidings: metrics of a server are made before it starts");
    engine.shared->end_hooks.push_back(std::move(each_end));
    return [shared = std::weak_ptr(engine.shared)] {
        auto const still = shared.lock();
        return still ? std::optional(still->figures()) : std::nullopt;
    };
}

std::shared_ptr<detail::background> const& server::background() const noexcept
{
    return engine_->work();
}

void server::adopt(any_socket socket, std::string already_read, endpoint const& as)
{
    adopt(std::move(socket), std::move(already_read), as, {});
}

void server::adopt(any_socket socket, std::string already_read, endpoint const& as,
                   detail::return_socket on_unrouted)
{
    if (!socket.is_open())
        throw std::invalid_argument("tidings: server::adopt needs a socket that is open and connected");
    engine_->start();
    socket.native_non_blocking(true);
    engine_->adopt({.socket = internal::stream_socket(socket.release()),
                    .already_read = std::move(already_read),
                    .on_unrouted = std::move(on_unrouted)},
                   as);
}

internal::peer_probes internal::start_in_memory(server& of, asio::io_context const& loop)
{
    return access::engine(of).start_in_memory(loop);
}

void internal::serve_in_memory(server& of, stream_socket silent, encryption const& by,
                               peer_address const& peer)
{
    access::engine(of).adopt({.socket = std::move(silent), .peer = peer, .tls = &by});
}

} // namespace tidings
