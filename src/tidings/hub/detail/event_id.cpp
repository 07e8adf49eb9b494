// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/position_list.hpp>
#include <tidings/stream/internal/event_writer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <stdexcept>

namespace tidings::detail {

namespace {

constexpr std::string_view epoch_digits = "0123456789abcdefghijklmnopqrstuv"; // five bits each
constexpr std::size_t epoch_size = 12;
constexpr std::size_t family_size = 5;

std::string random_digits(std::size_t count)
{
    std::random_device random;
    std::string digits;
    while (digits.size() < count)
        digits += epoch_digits[random() % epoch_digits.size()];
    return digits;
}

bool has_form_of_epoch(std::string_view text) noexcept
{
    return text.size() == epoch_size && text.find_first_not_of(epoch_digits) == std::string_view::npos;
}

// Also with numbers that are too large, so that no reader can take it for one.
bool looks_automatic(std::string_view id, std::string_view epoch) noexcept
{
    auto const dash = id.rfind('-');
    if (dash == std::string_view::npos || !are_digits(id.substr(dash + 1)))
        return false;
    auto const before = id.substr(0, dash);
    return before == epoch || has_form_of_epoch(before);
}

bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_blank(char c) noexcept
{
    return c == ' ' || c == '\t';
}

} // namespace

std::string automatic_id::text() const
{
    return fmt::format("{}-{}", epoch, number);
}

std::optional<automatic_id> parse_automatic_id(std::string_view text) noexcept
{
    auto const dash = text.rfind('-');
    if (dash == std::string_view::npos || dash == 0)
        return std::nullopt;
    std::string_view const digits = text.substr(dash + 1);
    automatic_id parsed{.epoch = text.substr(0, dash)};
    auto const [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.number);
    if (error != std::errc() || last != digits.data() + digits.size() || parsed.number > max_event_number)
        return std::nullopt;
    return parsed;
}

bool are_digits(std::string_view text) noexcept
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string make_epoch()
{
    return random_digits(epoch_size);
}

std::string make_epoch_family()
{
    return random_digits(family_size);
}

std::string make_epoch(std::string_view family, std::uint64_t serial)
{
    std::string epoch(epoch_size, epoch_digits.front());
    std::ranges::copy(family.substr(0, family_size), epoch.begin());
    for (std::size_t i = epoch_size; i-- > family_size; serial /= epoch_digits.size())
        epoch[i] = epoch_digits[serial % epoch_digits.size()];
    return epoch;
}

std::optional<std::uint64_t> serial_of(std::string_view epoch, std::string_view of_family) noexcept
{
    if (!has_form_of_epoch(epoch) || epoch.substr(0, family_size) != of_family.substr(0, family_size))
        return std::nullopt;
    std::uint64_t serial = 0;
    for (char const digit : epoch.substr(family_size))
        serial = serial * epoch_digits.size() + epoch_digits.find(digit);
    return serial;
}

void check_own_id(std::string_view id, std::string_view epoch)
{
    if (id.size() > max_own_id_bytes)
        throw std::invalid_argument(
            fmt::format("tidings: an id of {} bytes is too long to come back in a client's header, which may "
                        "have {}; give the event a shorter one",
                        id.size(), max_own_id_bytes));
    if (std::ranges::any_of(id, is_control))
        throw std::invalid_argument("tidings: an id with a control character does not come back in a "
                                    "client's header; give the event another one");
    if (!id.empty() && (is_blank(id.front()) || is_blank(id.back())))
        throw std::invalid_argument(fmt::format(
            "tidings: the id \"{}\" has a blank at an end, which a client's header loses; leave it out", id));
    if (internal::event_writer::is_finished_id(id))
        throw std::invalid_argument(
            fmt::format("tidings: the id \"{}\" would tell its client that the stream is over for good; "
                        "give the event another one",
                        id));
    if (looks_automatic(id, epoch))
        throw std::invalid_argument(
            fmt::format("tidings: the id \"{}\" looks like one that topics give to events, twelve letters "
                        "and digits and a number; leave it out to let the topic number the event, or give "
                        "it another form",
                        id));
    if (parse_positions(id))
        throw std::invalid_argument(
            fmt::format("tidings: the id \"{}\" looks like the places of a stream of several topics; give "
                        "the event one of another form",
                        id));
}

} // namespace tidings::detail
