// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::detail {

/// No id that a topic or a stream gives out is longer: clients send it back in a header.
inline constexpr std::size_t max_id_bytes = 1024;
/// The longest id that a publisher may bring.
inline constexpr std::size_t max_own_id_bytes = 255;

/// Numbers end here, at 2^53 - 1: three centuries of a million events a second. So an id has a longest form,
/// and a number that is read from a file can be told from damage.
inline constexpr std::uint64_t max_event_number = (std::uint64_t(1) << 53) - 1;
inline constexpr std::size_t max_number_digits = 16;

/// The id that a topic gives to an event: its epoch and the event's number, `b2k4zq7c1m0f-17`.
struct automatic_id
{
    std::string_view epoch;
    std::uint64_t number = 0;

    std::string text() const;
};

/// Empty when the text has another form, also with a number above the largest.
std::optional<automatic_id> parse_automatic_id(std::string_view text) noexcept;
/// One or more, and nothing else.
bool are_digits(std::string_view text) noexcept;

/// An epoch tells one life of a topic from another: 60 bits as twelve letters and digits. Those of one
/// registry of topics begin alike, with its family, and go on with a number that rises.
std::string make_epoch();
std::string make_epoch_family();
std::string make_epoch(std::string_view family, std::uint64_t serial);
/// The serial number of an epoch that is of the same family as another; empty when it is not.
std::optional<std::uint64_t> serial_of(std::string_view epoch, std::string_view of_family) noexcept;

/// Throws `std::invalid_argument`, with a text that says what to do, for an id that a publisher may not bring
/// to a topic of that epoch: one that does not come back through a header as it was, or that looks like one
/// that topics and streams make themselves.
void check_own_id(std::string_view id, std::string_view epoch);

} // namespace tidings::detail
