// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tidings::detail {

/// The kinds of line that clients, or handlers on their behalf, can cause as often as they like.
enum class log_kind : std::uint8_t
{
    bad_request,
    refused,
    made_room,
    cut_stream,
    client_vanished,
    many_streams,
    file_failed,
    check_failed,
    handler_failed,
    handler_abandoned,
    handler_misused_stream,
    background_failed,
    loop_blocked,
    loop_failed,
    system_refused,
    count_of_kinds,
};

/// How often each kind of line is written: ten times in ten seconds. What is left out is counted, and told
/// with the next line of its kind. Pure: time is an argument.
class log_rates
{
public:
    static constexpr std::uint32_t lines_a_period = 10;
    static constexpr duration period = std::chrono::seconds(10);

    struct answer
    {
        bool is_written;
        std::uint64_t left_out = 0;           ///< before this one
        std::chrono::seconds left_out_over{}; ///< rounded up
    };

    answer ask(log_kind kind, time_point now) noexcept;

    /// What was left out and has not been told, of all kinds; told by this.
    std::uint64_t take_rest() noexcept;

private:
    struct entry
    {
        time_point begin{};
        std::uint32_t written = 0; // in the period that began then
        std::uint64_t left_out = 0;
        time_point left_out_since{};
    };

    std::array<entry, static_cast<std::size_t>(log_kind::count_of_kinds)> entries_;
};

} // namespace tidings::detail
