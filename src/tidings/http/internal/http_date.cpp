// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/http_date.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace chrono = std::chrono;

namespace tidings::internal {
namespace {

constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// -1 if it is no number.
int number(std::string_view text) noexcept
{
    int value = -1;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

/// What stands between spaces, commas, hyphens and colons; `text` loses it.
std::string_view take_word(std::string_view& text) noexcept
{
    constexpr std::string_view separators = " ,-:";
    text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
    auto const word = text.substr(0, text.find_first_of(separators));
    text.remove_prefix(word.size());
    return word;
}

} // namespace

std::string http_date(chrono::sys_seconds time)
{
    auto const day = chrono::floor<chrono::days>(time);
    chrono::year_month_day const date(day);
    chrono::hh_mm_ss const clock(time - day);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       weekdays.at(chrono::weekday(day).c_encoding()), unsigned(date.day()),
                       months.at(unsigned(date.month()) - 1), int(date.year()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

std::optional<chrono::sys_seconds> parse_http_date(std::string_view text) noexcept
{
    std::array<std::string_view, 7> words;
    for (auto& word : words)
        word = take_word(text);
    if (number(words[1]) == -1) { // "Sun Nov 6 08:49:37 1994": as if it were in the order of the others
        std::swap(words[1], words[2]);
        std::rotate(words.begin() + 3, words.end() - 1, words.end());
    } else if (take_word(text) != "GMT") {
        return std::nullopt;
    }
    int year = number(words[3]);
    if (words[3].size() == 2 && year >= 0)
        year += year < 70 ? 2000 : 1900;
    auto const month = std::ranges::find(months, words[2]) - months.begin() + 1;
    chrono::year_month_day const date(chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                      chrono::day(static_cast<unsigned>(number(words[1]))));
    int const hours = number(words[4]);
    int const minutes = number(words[5]);
    int const seconds = number(words[6]);
    bool const is_time =
        hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && seconds >= 0 && seconds <= 60;
    if (year < 1900 || year > 9999 || !date.ok() || !is_time || !text.empty())
        return std::nullopt;
    return chrono::sys_days(date) + chrono::hours(hours) + chrono::minutes(minutes) +
           chrono::seconds(seconds);
}

} // namespace tidings::internal
