// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/admin/detail/health.hpp>
#include <tidings/hub/internal/figures.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/server/internal/figures.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tidings::detail {

/// What the console knows of one moment: totals since the start, and what there is now.
struct moment
{
    time_point at;
    std::chrono::system_clock::time_point date;
    server_stats server;
    topic_stats topics; ///< all together
    internal::histogram publish_to_socket{internal::delivery_bounds};
    std::uint64_t streams_ended = 0;
    std::string state; ///< what /readyz says
};

/// Adds what all topics have counted, and hold.
void add(moment& to, internal::hub_figures const& topics);

/// Below which duration, in seconds, this part lies of what was counted between `before` and `now`: as exact
/// as the bounds are close together. Empty if there was nothing.
std::optional<double> quantile(internal::histogram const& before, internal::histogram const& now,
                               double part);

/// The later of two moments as JSON, with what happened a second between them.
std::string sample_of(moment const& before, moment const& now);

} // namespace tidings::detail
