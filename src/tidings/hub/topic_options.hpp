// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/time.hpp>

#include <cstddef>
#include <functional>

namespace tidings {

/// What a topic keeps for those who come later, or fall behind. All three bounds hold together, and the
/// newest event is always kept.
struct topic_options
{
    std::size_t history_count = 1'000;       ///< events, at least 1
    std::size_t history_bytes = 1024 * 1024; ///< of their text
    duration history_age{};                  ///< older events are forgotten; zero and below: no limit

    /// The time for `history_age`; a test gives its virtual time.
    std::function<time_point()> now = [] { return clock::now(); };
};

} // namespace tidings
