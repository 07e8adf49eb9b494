// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/endpoint.hpp>
#include <tidings/server/server.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tidings {

namespace detail {
struct unit_state;
}

/// Settings of a `service`.
struct service_options
{
    /// A path where a newer process of this program asks this one for its sockets; at most 107 bytes, in a
    /// folder that stays when the process ends. The file has permissions for the owner alone, and only a
    /// process of the same user is answered. Empty: no upgrade. Has no effect with sockets of systemd, which
    /// keeps them itself.
    std::string upgrade_socket{};
};

/// Makes a program a service that systemd runs, and that a newer version of it replaces unnoticed:
///
///     tidings::service unit({.upgrade_socket = "/run/app/upgrade.sock"});
///     tidings::server server({.listen = unit.listen({{.port = 8080}})});
///     unit.start(server);
///     server.run();
///
/// From its start to the beginning of its drain the server then tells systemd what it does, if that has
/// started it (sd_notify: READY, STATUS with the number of streams, STOPPING, and WATCHDOG while each of its
/// loops answers), and hands its sockets to the process that is to replace it: once that one serves, this
/// server accepts no more and drains, as after `server::stop`. Until then nothing changes here, whatever
/// becomes of the other process.
///
/// Make one early in `main`: it reads the environment, which nothing may change meanwhile. Call its members
/// on the thread that made it.
class service
{
public:
    /// Connects to the process that is to be replaced, if there is one at `upgrade_socket`, and waits for its
    /// sockets, up to ten seconds. Throws `std::runtime_error` for sockets of systemd that cannot be listened
    /// on, and when the other process refuses: it runs as another user, or is being replaced already.
    explicit service(service_options const& options = {});
    ~service();
    service(service const&) = delete;
    service& operator=(service const&) = delete;

    /// The same endpoints, with the sockets that exist already: those of systemd, in the order of the unit's
    /// ListenStream lines, or those of the process that is replaced, where they listen at the same address.
    /// The server opens the others. For one server, and once: call it with all endpoints. Throws
    /// `std::runtime_error` if systemd passes another number of sockets than there are endpoints.
    std::vector<endpoint> listen(std::vector<endpoint> wanted);

    /// Whether a process is to be replaced.
    bool replaces() const noexcept;

    /// Asks the process that is to be replaced to let go of what only one process may have, such as the file
    /// of a `sqlite_store`, and waits for that, up to a minute. It accepts no clients from then on; they
    /// wait until this process serves, or for 30 seconds: then the other one takes it back, and continues.
    /// Does nothing if no process is to be replaced. Throws `std::runtime_error` if it cannot let go of it.
    void request_release();

    /// What this process does when it is asked the same: `release` lets go, and `reclaim` takes it back if
    /// the other process ends before it serves. They are called on a thread of `run_blocking`. Without them
    /// a release is only the pause in accepting. Call this before `start`.
    void on_release(std::function<void()> release, std::function<void()> reclaim);

    /// Starts the server (see `server::start`, also for what it throws), and begins to look after it. Then
    /// run it. The service may be destroyed before the server, or after it.
    void start(server& which);

private:
    std::shared_ptr<detail::unit_state> state_;
    std::vector<internal::stream_socket> sockets_; // that nothing has taken yet
};

} // namespace tidings
