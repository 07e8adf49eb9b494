// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_registry.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/server/server.hpp>
#include <tidings/stream/log.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tidings {

namespace detail {
class panel;
}

/// Settings of an `admin`.
struct admin_options
{
    /// Opens the panel: `Authorization: Bearer …` for programs, a login form for browsers. It is needed where
    /// other machines can reach the panel, and to publish from the console. At least 16 characters, visible
    /// ASCII. Empty: everybody who reaches the panel may look.
    std::string token{};
    /// Names of sites under which the panel may be reached, besides addresses and names of this machine and
    /// its network; see `check_local_host`.
    std::vector<std::string> hosts{};
    /// A loop that has done nothing for this long is stuck, and /healthz says so. Loops are looked at once a
    /// second, so less than two seconds accuses loops that are only busy.
    duration stuck_after = std::chrono::seconds(5);
    /// Another process may still have the port, because this one replaces it (see `service::replaces`): the
    /// panel opens when that one has ended, and `where` has a port. Otherwise a port that is taken throws.
    bool takes_over = false;
    log_hook log = log_to_stderr; ///< of the panel's own server
};

/// A small server beside a server, for those who operate it:
///
///     tidings::server server({.port = 8080});
///     tidings::admin panel({.port = 9090}, server, topics);
///     server.run();
///
/// - `/metrics`: figures for Prometheus, see `tidings::metrics`.
/// - `/healthz`: 200, or 503 with the reason while a loop of the server is stuck.
/// - `/readyz`: 200, or 503 with the reason and Retry-After before the server runs, while it stops, while a
///   loop is stuck, and while a store of the topics is away.
/// - `/`: the console, a page with the last 15 minutes, the topics, and the events of one of them.
///
/// It has a thread and a loop of its own, so it answers also while every loop of the server is stuck.
/// `/healthz` and `/readyz` are open to everybody who reaches the panel, since orchestrators cannot log in,
/// and give nothing away but the reason. All else needs the token, if there is one.
///
/// Make it before the server starts, and after it, so that it ends first. While the server drains, the panel
/// still answers; destroy it when `run` has returned. The constructor returns when it listens; the destructor
/// ends its streams, and joins its thread within a second. Other members are safe from any thread.
class admin
{
public:
    /// Throws `std::logic_error` if the server has started; `std::invalid_argument` for a token that is too
    /// short or cannot be sent in a header, for a host that is none, and if other machines can reach `where`
    /// and there is no token; `boost::system::system_error` that names `where` if it cannot listen there.
    admin(endpoint const& where, server& of, topic_registry const& topics = {}, admin_options options = {});
    ~admin();
    admin(admin const&) = delete;
    admin& operator=(admin const&) = delete;

    /// See `server::port`.
    std::uint16_t port() const;

private:
    std::unique_ptr<detail::panel> panel_;
};

} // namespace tidings
