// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/event_ring.hpp>
#include <tidings/hub/topic_store.hpp>
#include <tidings/sse/event.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::detail {

/// Checks and encodes an event that was published, for topics whose order has that epoch: without the lock,
/// in which it gets its number. Throws `std::invalid_argument` for what cannot be sent or would reach nobody,
/// and for an own id that no publisher may bring, see `check_own_id`.
kept_event prepare(event const& value, std::string_view key, std::string_view epoch);

/// What a store keeps, with its number.
kept_event prepare(stored_event const& value, std::string_view epoch);

/// Gives it its number, and the id of that if it has none of its own. Not twice.
void give_number(kept_event& to, std::uint64_t number, std::string_view epoch);

/// How long its text is at most when it has its number.
std::size_t longest_text(kept_event const& prepared, std::string_view epoch) noexcept;

/// What a store is given of one that was just published.
stored_event for_store(kept_event const& prepared);

/// What clients send back of an event that its publisher has called so, or of that number.
std::string id_of(std::string const& own_id, std::uint64_t number, std::string_view epoch);

} // namespace tidings::detail
