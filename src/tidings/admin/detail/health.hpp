// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/server/internal/figures.hpp>

#include <map>
#include <optional>
#include <string>

namespace tidings::detail {

/// What /healthz or /readyz says. The reason names nothing that a stranger must not know.
struct health
{
    bool is_well = true;
    std::string reason = "ok";
};

/// Whether the process does its work: false if a loop has not shown for `stuck_after` that it runs. One that
/// has not begun, and one that drains, are not stuck. Empty figures: the server has ended.
health health_of_loops(std::optional<internal::server_figures> const& of, time_point now,
                       duration stuck_after);

/// Whether clients should be sent here.
health health_of_service(std::optional<internal::server_figures> const& of,
                         std::map<std::string, bool> const& store_is_away, time_point now,
                         duration stuck_after);

} // namespace tidings::detail
