// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_store.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/stream/internal/shared_frame.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tidings::detail {

/// An event that was published, checked and encoded before the lock, in which it gets its number.
struct prepared_event
{
    /// Throws `std::invalid_argument` for what cannot be sent or would reach nobody, and for an own id that
    /// may not be brought to a topic of that epoch, see `check_own_id`.
    prepared_event(event const& value, std::string_view key, std::string_view epoch);
    /// What a store keeps, with its number.
    prepared_event(stored_event const& value, std::string_view epoch);

    /// Gives it its number, and the id of that if it has none of its own. Not twice.
    void take_number(std::uint64_t given, std::string_view epoch);
    /// What its clients send back.
    std::string id(std::string_view epoch) const;

    std::string own_id;                     ///< empty when its number is its id
    std::shared_ptr<std::string const> key; ///< null when it has none
    internal::shared_frame frame;
    std::uint64_t number = 0;
};

/// What a store is given of an event. Throws as the constructor above.
stored_event draft_for_store(event const& value, std::string_view key, std::string_view epoch);

} // namespace tidings::detail
