// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/http1_phases.hpp>

#include <algorithm>
#include <array>

namespace tidings::detail {

namespace {

// For the request of a client that is only to be told when to come back.
constexpr duration time_to_be_refused = std::chrono::seconds(2);

// Of a body, before it has to keep the least rate: connections begin slowly, and lose packets.
constexpr duration time_for_slow_bodies = std::chrono::seconds(5);

using row = std::array<reaction, static_cast<std::size_t>(happening::count_of_happenings)>;
using enum reaction;

// input, end_of_input, time_over, stop, full_buffers
constexpr std::array<row, static_cast<std::size_t>(phase::count_of_phases)> table{{
    /* fresh     */ {feed, close, close_unheard, close, close},
    /* idle      */ {feed, close, close, close, close},
    /* queued    */ {nothing, nothing, nothing, nothing, refuse_for_now}, // stopped behind its answers
    /* head      */ {feed, close, refuse_late, close, refuse_for_now},
    /* body      */ {feed, close, refuse_if_slow, settle, refuse_for_now},
    /* answering */ {keep, client_left, end_answer, end_answer, cut},
    /* skipping  */ {discard, client_left, end_answer, end_answer, cut},
    /* streaming */ {discard, probe, end_answer, end_answer, cut},
    /* carrying  */ {discard, probe, end_answer, end_answer, cut},
    /* lingering */ {discard, close, close, nothing, close},
    /* closed    */ {nothing, nothing, nothing, nothing, nothing},
}};

} // namespace

reaction react(phase in, happening what) noexcept
{
    return table[static_cast<std::size_t>(in)][static_cast<std::size_t>(what)];
}

occupation occupation_in(phase in) noexcept
{
    if (in == phase::fresh || in == phase::idle)
        return occupation::idle;
    bool const is_reading = in == phase::queued || in == phase::head || in == phase::body;
    return is_reading ? occupation::reading : occupation::busy;
}

bool is_streaming(phase in) noexcept
{
    return in == phase::streaming || in == phase::carrying;
}

bool is_busy(phase in) noexcept
{
    return in == phase::answering || in == phase::skipping || is_streaming(in);
}

duration limit_of(phase in, server_options const& options, bool is_refused) noexcept
{
    if (in == phase::idle)
        return options.idle_timeout;
    if (in == phase::body)
        return body_time(options, 0);
    if (in != phase::fresh && in != phase::head)
        return {};
    bool const is_shorter =
        options.head_timeout > duration::zero() && options.head_timeout < time_to_be_refused;
    return is_refused && !is_shorter ? time_to_be_refused : options.head_timeout;
}

duration body_time(server_options const& options, std::size_t has_come) noexcept
{
    duration const whole = std::max(options.body_timeout, duration::zero());
    if (options.least_rate == 0)
        return whole;
    duration const at_rate =
        time_for_slow_bodies + std::chrono::milliseconds(has_come * std::uint64_t{1000} / options.least_rate);
    return whole == duration::zero() ? at_rate : std::min(whole, at_rate);
}

} // namespace tidings::detail
