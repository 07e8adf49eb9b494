// SPDX-License-Identifier: BSL-1.0
#include <tidings/service/detail/environment.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace tidings::detail {

namespace {

constexpr std::uint64_t most_sockets = 64;
constexpr std::uint64_t longest_watchdog = 1'000'000'000'000; // eleven days

std::string_view text_of(lookup const& look_up, char const* name)
{
    char const* const value = look_up(name);
    return value ? value : "";
}

// Nothing where the variable is missing.
std::optional<std::uint64_t> number_of(lookup const& look_up, char const* name, std::uint64_t most)
{
    std::string_view const text = text_of(look_up, name);
    if (text.empty())
        return {};
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > most)
        throw std::runtime_error(
            fmt::format("tidings: the variable {}, which systemd sets, is \"{}\": a number up to {} is "
                        "expected; unset it if nothing has set it on purpose",
                        name, text, most));
    return value;
}

std::vector<std::string> split(std::string_view names)
{
    std::vector<std::string> all;
    while (!names.empty()) {
        auto const end = std::min(names.find(':'), names.size());
        all.emplace_back(names.substr(0, end));
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return all;
}

bool is_for(lookup const& look_up, char const* name, pid_t own)
{
    return number_of(look_up, name, INT32_MAX) == static_cast<std::uint64_t>(own);
}

} // namespace

environment read_environment(lookup const& look_up, pid_t own)
{
    environment found{.notify_socket = std::string(text_of(look_up, "NOTIFY_SOCKET"))};
    if (is_for(look_up, "LISTEN_PID", own)) {
        found.sockets = split(text_of(look_up, "LISTEN_FDNAMES"));
        found.sockets.resize(number_of(look_up, "LISTEN_FDS", most_sockets).value_or(0), "unknown");
    }
    bool const is_watched = text_of(look_up, "WATCHDOG_PID").empty() || is_for(look_up, "WATCHDOG_PID", own);
    if (auto const micros = number_of(look_up, "WATCHDOG_USEC", longest_watchdog); is_watched && micros > 0U)
        found.watchdog = std::chrono::microseconds(*micros);
    return found;
}

} // namespace tidings::detail
