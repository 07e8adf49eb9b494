// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/router.hpp>
#include <tidings/server/detail/server_log.hpp>
#include <tidings/server/route_options.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/stream/internal/writer.hpp>

namespace tidings::detail {

/// A check, and where it is asked.
struct guard
{
    std::optional<internal::route_pattern> below; ///< empty: everywhere
    request_check ask;
};

/// What the server and its routes may each have of their own.
struct exchange_settings
{
    internal::writer_options writing;
    std::size_t body_bytes;
    half_close on_half_close;
    std::shared_ptr<internal::content_codings const> compression{};
};

/// A route's handler, wrapped in its middleware, and in the server's once that has started.
struct route
{
    stream_handler call;
    stream_handler head; ///< what HEAD runs: the middleware and the head, for streams
    bool is_stream;
    exchange_settings settings;
    std::vector<guard> checks{};
    std::string pattern{};

    void wrap(std::vector<middleware> const& around);
};

/// Who answers a request, as its head has decided.
struct reception
{
    route const* to = nullptr;                   ///< null if no route was found, or asked for
    exchange_settings const* settings = nullptr; ///< the route's, or the server's
    std::optional<response> answer{}; ///< of a check, or of the server itself, in the handler's place
    headers fields{};                 ///< of the answer, whoever gives it
};

/// Who answers what: the routes, checks and middleware of a server. It does not change once that has started,
/// and is then read by all loops.
class route_table
{
public:
    explicit route_table(server_options const& of);

    // See `server`, also for what they throw.

    void add(std::string_view method, std::string_view pattern, handler answer, route_options own);
    void check(std::optional<internal::route_pattern> below, request_check ask);
    void use(middleware around);
    void use(internal::route_pattern below, middleware around);
    /// The server starts.
    void wrap();

    /// Asks the checks in their order, finds the route, whose parameters the request gets, and asks the
    /// route's checks. A check that throws is logged and answered with 500.
    reception find(request& head, server_log& log) const;

    /// Whether a route answers this, or the routes of its path what OPTIONS asks of them.
    bool takes(request const& head) const;

    /// Gives an answer that was decided upon before; the server's middleware is around it.
    stream_handler const& as_decided() const noexcept { return as_decided_; }
    exchange_settings const& settings() const noexcept { return settings_; } ///< of what is no route's

private:
    exchange_settings settings_;
    internal::router paths_; // to indexes of `all_`
    std::vector<route> all_;
    std::vector<guard> checks_;
    std::vector<middleware> around_;
    stream_handler as_decided_;
};

} // namespace tidings::detail
