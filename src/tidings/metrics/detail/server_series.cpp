// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/detail/series.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace tidings::detail {

namespace {

struct server_series
{
    metric_kind kind;
    std::string_view name;
    std::string_view help;
    std::uint64_t server_stats::* value;
};

constexpr std::array all_server_series{
    server_series{metric_kind::gauge, "tidings_connections", "Open connections.", &server_stats::connections},
    server_series{metric_kind::gauge, "tidings_streams", "Open event streams.", &server_stats::streams},
    server_series{metric_kind::gauge, "tidings_handlers", "Handlers that have not returned.",
                  &server_stats::handlers},
    server_series{metric_kind::gauge, "tidings_buffered_bytes",
                  "What is held for clients: requests and unsent bytes.", &server_stats::buffered_bytes},
    server_series{metric_kind::counter, "tidings_connections_accepted", "Connections that were accepted.",
                  &server_stats::accepted},
    server_series{metric_kind::counter, "tidings_streams_opened",
                  "Event streams, also those that were answered with a status.",
                  &server_stats::streams_opened},
    server_series{metric_kind::counter, "tidings_ended_for_room",
                  "Idle connections and slow requests that gave way to newcomers.",
                  &server_stats::ended_for_room},
    server_series{metric_kind::counter, "tidings_bad_requests",
                  "Requests that were malformed, too large, or not complete in time.",
                  &server_stats::bad_requests},
    server_series{metric_kind::counter, "tidings_clients_gone",
                  "Requests and streams whose client left before their end.", &server_stats::clients_gone},
    server_series{metric_kind::counter, "tidings_write_timeouts",
                  "Answers and streams that were cut because their client took nothing.",
                  &server_stats::write_timeouts},
    server_series{metric_kind::counter, "tidings_queue_overflows",
                  "Streams that were cut because too much was waiting for them.",
                  &server_stats::queue_overflows},
    server_series{metric_kind::counter, "tidings_handlers_failed", "Handlers that an exception left.",
                  &server_stats::handlers_failed},
    server_series{metric_kind::counter, "tidings_handlers_abandoned",
                  "Handlers that did not return in time and lost their connection.",
                  &server_stats::handlers_abandoned},
};

std::string compiler()
{
#if defined(__clang__)
    return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
    return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

} // namespace

void write_build(exposition& out, internal::server_figures const& of)
{
    auto const made_by = compiler();
    auto const text = [](bool is_so) { return is_so ? "true" : "false"; };
    out.begin(metric_kind::info, "tidings_build", "The library, and what the endpoints of the server speak.");
    out.add({{"version", TIDINGS_VERSION},
             {"compiler", made_by},
             {"tls", text(of.has_tls)},
             {"http2", text(of.has_http2)}},
            std::uint64_t(1));
}

void write_server(exposition& out, internal::server_figures const& of,
                  std::chrono::system_clock::time_point now)
{
    for (auto const& each : all_server_series) {
        out.begin(each.kind, each.name, each.help);
        out.add({}, of.stats.*each.value);
    }
    out.begin(metric_kind::counter, "tidings_refused",
              "Connections and requests that were refused for a while.");
    auto const address = of.stats.over_limit_of_address;
    auto const principal = of.stats.over_limit_of_principal;
    out.add({{"limit", "per_address"}}, address);
    out.add({{"limit", "per_principal"}}, principal);
    out.add({{"limit", "server"}}, of.stats.refused - std::min(of.stats.refused, address + principal));
    out.begin(metric_kind::gauge, "tidings_tls_certificate_expiry_seconds",
              "Until the first certificate of an endpoint expires; below zero once it has.");
    for (auto const& each : of.certificates)
        out.add({{"endpoint", each.endpoint}}, std::chrono::duration<double>(each.expires - now).count());
}

} // namespace tidings::detail
