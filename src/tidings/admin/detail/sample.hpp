// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/admin/detail/health.hpp>
#include <tidings/hub/internal/figures.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/server/internal/figures.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace tidings::detail {

/// What the console knows of one moment: totals since the start, and what there is now.
struct moment
{
    time_point at;
    std::chrono::system_clock::time_point date;
    server_stats server;
    topic_stats topics; ///< all together
    std::size_t topic_count = 0;
    std::uint64_t streams_ended = 0;
    std::string state; ///< what /readyz says
};

topic_stats sum_of(internal::hub_figures const& all);

/// The later of two moments as JSON, with what happened a second between them.
std::string sample_of(moment const& before, moment const& now);

} // namespace tidings::detail
