// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/admin/detail/panel_guard.hpp>
#include <tidings/server/internal/figures.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <thread>

namespace tidings::detail {

/// What is behind an `admin`: a server on a thread of its own, and what its routes look at.
class panel
{
public:
    panel(endpoint const& where, server& of, topic_registry const& topics, admin_options options);
    ~panel();
    panel(panel const&) = delete;
    panel& operator=(panel const&) = delete;

    std::uint16_t port() const { return server_.port(); }

private:
    boost::asio::awaitable<response> tell_liveness(context ctx) const;
    boost::asio::awaitable<response> tell_readiness(context ctx) const;
    boost::asio::awaitable<response> log_in(context ctx, request const& asked) const;

    admin_options const options_;
    topic_registry const topics_;
    panel_guard const guard_;
    std::function<std::optional<internal::server_figures>()> const figures_;
    server server_;
    std::thread thread_;
};

} // namespace tidings::detail
