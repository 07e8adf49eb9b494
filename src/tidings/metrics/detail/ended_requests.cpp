// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/detail/ended_requests.hpp>
#include <tidings/stream/internal/end_names.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace tidings::detail {

namespace {

constexpr std::array<double, 11> stream_bounds{1, 5, 15, 60, 300, 900, 3600, 10800, 21600, 43200, 86400};
// Those of OpenTelemetry's http.server.request.duration.
constexpr std::array<double, 14> request_bounds{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
                                                0.5,   0.75, 1,     2.5,  5,     7.5, 10};

constexpr std::array<std::string_view, 10> known_methods{"GET",    "HEAD",    "POST",    "PUT",   "PATCH",
                                                         "DELETE", "OPTIONS", "CONNECT", "TRACE", "QUERY"};

} // namespace

void ended_requests::add(stream_end const& over)
{
    std::string route(over.route.empty() ? "none" : over.route);
    std::lock_guard const guard(lock_);
    if (over.is_stream) {
        lasted_.try_emplace(route, stream_bounds).first->second.add(over.lasted);
        if (over.first_event)
            first_event_.try_emplace(route, request_bounds).first->second.add(*over.first_event);
        ++ends_[{std::move(route), internal::name(over.reason),
                 std::string(over.cut ? internal::name(*over.cut) : "none")}];
        return;
    }
    auto const method = std::ranges::find(known_methods, over.method);
    std::string status = over.status == 0 ? "none" : fmt::format("{}", over.status);
    request_key key(std::move(route), method == known_methods.end() ? "other" : *method, std::move(status));
    requests_.try_emplace(std::move(key), request_bounds).first->second.add(over.lasted);
}

void ended_requests::write_to(exposition& out) const
{
    std::lock_guard const guard(lock_);
    out.begin(metric_kind::counter, "tidings_streams_ended",
              "Event streams that are over, by why they ended and why the server cut them, if it did.");
    for (auto const& [key, count] : ends_)
        out.add({{"route", get<0>(key)}, {"reason", get<1>(key)}, {"cut", get<2>(key)}}, count);
    out.begin(metric_kind::histogram, "tidings_stream_seconds",
              "How long event streams lived that are over.");
    for (auto const& [route, lasted] : lasted_)
        out.add({{"route", route}}, lasted);
    out.begin(metric_kind::histogram, "tidings_stream_first_event_seconds",
              "From the start of the handler to the first event of a stream that is over.");
    for (auto const& [route, taken] : first_event_)
        out.add({{"route", route}}, taken);
    out.begin(metric_kind::counter, "tidings_requests",
              "Requests that were answered without an event stream; status none: the client left before.");
    for (auto const& [key, taken] : requests_)
        out.add({{"route", get<0>(key)}, {"method", get<1>(key)}, {"status", get<2>(key)}}, taken.count());
    out.begin(metric_kind::histogram, "tidings_request_seconds",
              "From the start of the handler to the end of the answer, without event streams.");
    for (auto const& [key, taken] : requests_)
        out.add({{"route", get<0>(key)}, {"method", get<1>(key)}, {"status", get<2>(key)}}, taken);
}

} // namespace tidings::detail
