// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/prepared_event.hpp>
#include <tidings/sse/internal/encode.hpp>

#include <stdexcept>

namespace tidings::detail {

prepared_event::prepared_event(event const& value, std::string_view of_key, std::string_view epoch)
    : own_id(value.id), key(of_key)
{
    if (!value.type.empty() && !value.data.data())
        throw std::invalid_argument("tidings: an event with a type and no data reaches nobody, since clients "
                                    "drop it; give it data, which may be empty");
    if (!own_id.empty())
        check_own_id(own_id, epoch);
    // An id line without a value is none: it would take the client's place from it.
    event without_id = value;
    if (own_id.empty())
        without_id.id = {};
    std::size_t const size = internal::encoded_size(without_id);
    std::size_t const room = own_id.empty() ? max_id_line_size(epoch.size()) : 0;
    frame = internal::shared_frame(size, room, [&](char* at) { internal::encode(without_id, at); });
}

void prepared_event::take_number(std::uint64_t given, std::string_view epoch)
{
    if (given > max_event_number)
        throw std::length_error("tidings: all numbers have been given out; publish to another registry");
    number = given;
    if (own_id.empty())
        frame.put_in_front(id_line({.epoch = epoch, .number = number}).text());
}

std::string prepared_event::id(std::string_view epoch) const
{
    return own_id.empty() ? automatic_id{.epoch = epoch, .number = number}.text() : own_id;
}

} // namespace tidings::detail
