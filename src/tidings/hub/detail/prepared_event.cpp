// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/prepared_event.hpp>
#include <tidings/sse/internal/encode.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>

namespace tidings::detail {

namespace {

// In front of its text, for the id line of its number.
std::size_t room_for_id(std::string const& own_id, std::string_view epoch) noexcept
{
    return own_id.empty() ? max_id_line_size(epoch.size()) : 0;
}

// Filters look at it on all loops.
std::shared_ptr<std::string const> shared_key(std::string_view key)
{
    return key.empty() ? nullptr : std::make_shared<std::string const>(key);
}

} // namespace

kept_event prepare(event const& value, std::string_view key, std::string_view epoch)
{
    if (!value.type.empty() && !value.data.data())
        throw std::invalid_argument("tidings: an event with a type and no data reaches nobody, since clients "
                                    "drop it; give it data, which may be empty");
    kept_event made{.own_id = std::string(value.id), .key = shared_key(key)};
    event encoded = value;
    if (value.id.empty())
        encoded.id = {}; // an id line without a value is none: it would take the client's place from it
    else
        check_own_id(value.id, epoch);
    made.frame = internal::shared_frame(internal::encoded_size(encoded), room_for_id(made.own_id, epoch),
                                        [&](char* at) { internal::encode(encoded, at); });
    return made;
}

kept_event prepare(stored_event const& value, std::string_view epoch)
{
    kept_event made{.own_id = value.own_id, .key = shared_key(value.key)};
    std::string const line = value.own_id.empty() ? std::string() : "id: " + value.own_id + '\n';
    made.frame = internal::shared_frame(
        line.size() + value.text.size(), room_for_id(value.own_id, epoch),
        [&](char* at) { std::ranges::copy(value.text, std::ranges::copy(line, at).out); });
    give_number(made, value.number, epoch);
    return made;
}

void give_number(kept_event& to, std::uint64_t number, std::string_view epoch)
{
    if (number > max_event_number)
        throw std::length_error("tidings: all numbers have been given out; publish to another registry");
    to.number = number;
    if (to.own_id.empty())
        to.frame.put_in_front(id_line({.epoch = epoch, .number = number}).text());
}

std::size_t longest_text(kept_event const& prepared, std::string_view epoch) noexcept
{
    return prepared.frame.text().size() + room_for_id(prepared.own_id, epoch);
}

stored_event for_store(kept_event const& prepared)
{
    return {.own_id = prepared.own_id,
            .key = prepared.key ? *prepared.key : std::string(),
            .text = std::string(prepared.frame.event().body()),
            .published = std::chrono::system_clock::now()};
}

std::string id_of(std::string const& own_id, std::uint64_t number, std::string_view epoch)
{
    return own_id.empty() ? automatic_id{.epoch = epoch, .number = number}.text() : own_id;
}

} // namespace tidings::detail
