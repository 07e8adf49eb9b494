// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/prepared_event.hpp>
#include <tidings/sse/internal/encode.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace tidings::detail {

namespace {

void require_receivable(event const& value)
{
    if (!value.type.empty() && !value.data.data())
        throw std::invalid_argument("tidings: an event with a type and no data reaches nobody, since clients "
                                    "drop it; give it data, which may be empty");
}

// Filters look at it on all loops.
std::shared_ptr<std::string const> shared_key(std::string_view key)
{
    return key.empty() ? nullptr : std::make_shared<std::string const>(key);
}

} // namespace

prepared_event::prepared_event(event const& value, std::string_view of_key, std::string_view epoch)
    : own_id(value.id), key(shared_key(of_key))
{
    require_receivable(value);
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

prepared_event::prepared_event(stored_event const& value, std::string_view epoch)
    : own_id(value.own_id), key(shared_key(value.key))
{
    std::string const line = own_id.empty() ? std::string() : "id: " + own_id + '\n';
    std::size_t const room = own_id.empty() ? max_id_line_size(epoch.size()) : 0;
    frame = internal::shared_frame(line.size() + value.text.size(), room, [&](char* at) {
        std::ranges::copy(value.text, std::ranges::copy(line, at).out);
    });
    take_number(value.number, epoch);
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

stored_event draft_for_store(event const& value, std::string_view key, std::string_view epoch)
{
    require_receivable(value);
    if (!value.id.empty()) {
        check_own_id(value.id, epoch);
        (void)internal::encoded_size(value); // looks at the id as well
    }
    event without_id = value;
    without_id.id = {};
    stored_event draft{.own_id = std::string(value.id), .key = std::string(key)};
    draft.text.resize(internal::encoded_size(without_id));
    internal::encode(without_id, draft.text.data());
    draft.published = std::chrono::system_clock::now();
    return draft;
}

} // namespace tidings::detail
