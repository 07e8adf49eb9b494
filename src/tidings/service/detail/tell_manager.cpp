// SPDX-License-Identifier: BSL-1.0
#include <tidings/service/detail/heartbeat.hpp>
#include <tidings/service/detail/unit_state.hpp>
#include <tidings/wait/ticker.hpp>

#include <fmt/format.h>
#include <system_error>
#include <unistd.h>

#include <chrono>
#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

constexpr auto status_interval = std::chrono::seconds(1);

std::string status_of(std::uint64_t streams)
{
    return fmt::format("STATUS={} streams open", streams);
}

} // namespace

void unit_state::notify(std::string_view text)
{
    if (around.notify_socket.empty())
        return;
    int const error = internal::send_datagram(around.notify_socket, text);
    if (error != 0 && !has_failed_to_notify_.exchange(true))
        server->log(log_level::error,
                    fmt::format("systemd cannot be told the state of this service, at NOTIFY_SOCKET={}: {}",
                                around.notify_socket, std::generic_category().message(error)));
}

asio::awaitable<void> tell_manager(context ctx, shared_unit unit)
{
    std::uint64_t streams = unit->server->streams();
    unit->notify("READY=1\n" + status_of(streams) +
                 (unit->before ? fmt::format("\nMAINPID={}", ::getpid()) : ""));
    ticker each_look(status_interval);
    while (co_await each_look.tick(ctx)) {
        std::uint64_t const now = unit->server->streams();
        if (std::exchange(streams, now) != now)
            unit->notify(status_of(now));
    }
    // After an upgrade the successor speaks for the service, which does not stop.
    if (!unit->is_handed_over)
        unit->notify(fmt::format("STOPPING=1\nSTATUS=Ending {} streams", unit->server->streams()));
}

asio::awaitable<void> answer_watchdog(context ctx, shared_unit unit)
{
    auto const loops = std::make_shared<heartbeat>(unit->server->loops(), [unit = std::weak_ptr(unit)] {
        if (auto const self = unit.lock())
            self->notify("WATCHDOG=1");
    });
    ticker each_beat(*unit->around.watchdog / 2);
    do
        loops->ask();
    while (co_await each_beat.tick(ctx));
}

} // namespace tidings::detail
