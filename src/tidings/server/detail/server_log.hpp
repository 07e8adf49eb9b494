// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/stream/log.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace tidings::detail {

/// The kinds of line that clients, or handlers on their behalf, can cause as often as they like.
enum class log_kind : std::uint8_t
{
    bad_request,
    no_encryption,
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

/// The message of an exception, for the log: on one line, its control characters escaped, since a client may
/// have a say in it.
std::string describe(std::exception_ptr const& failure);

/// What a server says to the hook that it was given. It never throws what the hook throws: most callers are
/// handling a failure already. From any thread.
class server_log
{
public:
    explicit server_log(log_hook to) : to_(std::move(to)) {}

    /// For lines that are written once, or seldom by their nature.
    void operator()(log_level level, std::string_view message) const;
    /// For a line that clients can cause as often as they like: written at a bounded rate a kind, and with
    /// the number of those that were left out before it.
    void operator()(log_kind kind, log_level level, std::string_view message);
    /// The same for what an exception has left, as "on_refusal", which is the one that is being handled.
    void failed(log_kind kind, std::string_view what);
    /// The end: tells how many lines were left out and have not been told.
    void tell_rest();

private:
    log_hook const to_;
    std::mutex lock_;
    log_rates rates_;
};

} // namespace tidings::detail
