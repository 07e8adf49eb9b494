// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/internal/figures.hpp>
#include <tidings/metrics/detail/exposition.hpp>
#include <tidings/server/internal/figures.hpp>

#include <chrono>

/// What figures are as series.
namespace tidings::detail {

void write_build(exposition& out, internal::server_figures const& of);
void write_server(exposition& out, internal::server_figures const& of,
                  std::chrono::system_clock::time_point now);
void write_hub(exposition& out, internal::hub_figures const& of);

/// Counts what another registry, or a topic that stands alone, has together with it.
void merge(internal::hub_figures& into, internal::hub_figures const& from);

} // namespace tidings::detail
