// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/stream/internal/event_writer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

constexpr std::size_t epoch_size = 12;

bool are_epoch_digits(std::string_view text, std::size_t count) noexcept
{
    return text.size() == count && text.find_first_not_of(epoch_digits) == std::string_view::npos;
}

std::pair<std::string_view, std::string_view> cut_at(std::string_view text, char mark) noexcept
{
    auto const at = text.find(mark);
    return at == std::string_view::npos ? std::pair(text, std::string_view())
                                        : std::pair(text.substr(0, at), text.substr(at + 1));
}

bool may_be_epoch(std::string_view text) noexcept
{
    auto const [life, mark] = cut_at(text, mark_sign);
    return are_letters_and_digits(life) &&
           (life.size() == text.size() || are_epoch_digits(mark, store_mark_size + list_mark_size));
}

// Also with numbers that are too large, so that no reader can take it for one.
bool looks_automatic(std::string_view id, std::string_view epoch) noexcept
{
    std::string_view const own_life = parts_of(epoch).life;
    bool is_of_topic = false;
    while (!id.empty()) {
        auto const [place, others] = cut_at(id, '.');
        auto const [before, digits] = cut_at(place, '-');
        if (!may_be_epoch(before) || !are_digits(digits))
            return false;
        std::string_view const life = parts_of(before).life;
        is_of_topic = is_of_topic || life == own_life || are_epoch_digits(life, epoch_size);
        id = others;
    }
    return is_of_topic;
}

std::optional<automatic_id> parse_place(std::string_view text) noexcept
{
    auto const [epoch, digits] = cut_at(text, '-');
    automatic_id parsed{.epoch = epoch};
    auto const [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.number);
    if (!may_be_epoch(epoch) || error != std::errc() || last != digits.data() + digits.size() ||
        parsed.number > max_event_number)
        return std::nullopt;
    return parsed;
}

bool cannot_come_back(char c) noexcept
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

std::vector<automatic_id> parse_places(std::string_view text)
{
    std::vector<automatic_id> places;
    do {
        auto const [first, others] = cut_at(text, '.');
        auto const place = parse_place(first);
        if (!place || (others.empty() && text.ends_with('.')))
            return {};
        places.push_back(*place);
        text = others;
    } while (!text.empty());
    return places;
}

void append_place(std::string& to, automatic_id const& place)
{
    if (!to.empty())
        to += '.';
    to += place.text();
}

bool is_of_earlier_form(std::string_view id) noexcept
{
    do {
        auto const [first, others] = cut_at(id, '&');
        auto const place = cut_at(first, '=').second;
        auto const dash = place.rfind('-');
        if (dash == std::string_view::npos || dash == 0 || !are_digits(place.substr(dash + 1)))
            return false;
        id = others;
    } while (!id.empty());
    return true;
}

bool are_digits(std::string_view text) noexcept
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool are_letters_and_digits(std::string_view text) noexcept
{
    constexpr std::string_view all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return !text.empty() && text.find_first_not_of(all) == std::string_view::npos;
}

epoch_parts parts_of(std::string_view epoch) noexcept
{
    auto const [life, mark] = cut_at(epoch, mark_sign);
    std::size_t const middle = std::min(mark.size(), store_mark_size);
    return {.life = life, .store = mark.substr(0, middle), .list = mark.substr(middle)};
}

std::string make_epoch()
{
    std::random_device random;
    std::string epoch;
    while (epoch.size() < epoch_size)
        epoch += epoch_digits[random() % epoch_digits.size()];
    return epoch;
}

id_line::id_line(automatic_id const& of) noexcept
{
    char* at = std::ranges::copy(std::string_view("id: "), text_).out;
    at = std::ranges::copy(of.epoch, at).out;
    *at++ = '-';
    at = std::to_chars(at, at + max_number_digits, of.number).ptr;
    *at++ = '\n';
    size_ = static_cast<std::size_t>(at - text_);
}

void check_own_id(std::string_view id, std::string_view epoch)
{
    if (id.size() > max_own_id_bytes)
        throw std::invalid_argument(fmt::format("tidings: an id of {} bytes is too long: a client's header "
                                                "can return at most {}; give the event a shorter one",
                                                id.size(), max_own_id_bytes));
    if (std::ranges::any_of(id, cannot_come_back))
        throw std::invalid_argument("tidings: a client's header cannot return an id with a control "
                                    "character; give the event another one");
    if (!id.empty() && (is_blank(id.front()) || is_blank(id.back())))
        throw std::invalid_argument(fmt::format("tidings: the id \"{}\" begins or ends with a blank, which a "
                                                "client's header would lose; remove it",
                                                id));
    if (internal::event_writer::is_finished_id(id))
        throw std::invalid_argument(
            fmt::format("tidings: the id \"{}\" ends like that of a finished stream, so its client would not "
                        "reconnect; give the event another one",
                        id));
    if (looks_automatic(id, epoch))
        throw std::invalid_argument(
            fmt::format("tidings: the id \"{}\" looks like one that topics give to events, twelve letters "
                        "and digits and a number; leave it out to let the topic number the event, or give "
                        "it another form",
                        id));
    if (is_of_earlier_form(id))
        throw std::invalid_argument(fmt::format("tidings: the id \"{}\" looks like that of a stream of "
                                                "several topics; give the event one of another form",
                                                id));
}

} // namespace tidings::detail
