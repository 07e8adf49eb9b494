// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/engine_fault.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace tidings::internal {

namespace {

struct known_error
{
    std::string_view word;
    engine_error meaning;
    std::string_view advice;
};

constexpr std::array known{
    known_error{"LIFE", engine_error::life, ""},
    known_error{"GAP", engine_error::gap, ""},
    known_error{"FORMAT", engine_error::lasting, "its keys are those of another version of tidings"},
    known_error{"OOM", engine_error::refused, "it has used up maxmemory"},
    known_error{"MISCONF", engine_error::refused, "it cannot write its snapshots, so it refuses events"},
    known_error{"NOREPLICAS", engine_error::refused, "it has fewer replicas than min-replicas-to-write"},
    known_error{"NOAUTH", engine_error::lasting, "it requires a password; add one to the URL"},
    known_error{"WRONGPASS", engine_error::lasting, "it does not know the user, or the password is wrong"},
    known_error{"NOPERM", engine_error::lasting,
                "its user may not do what the hub needs (see the guide, Several nodes)"},
    known_error{"LOADING", engine_error::away, "it is loading its data"},
    known_error{"BUSY", engine_error::away, "another client's script runs in it without end"},
    known_error{"ERR max number of clients", engine_error::away, "it has too many clients; see maxclients"},
    known_error{"MASTERDOWN", engine_error::away, "it is a replica that has lost its primary"},
    known_error{"READONLY", engine_error::away, "it is a replica; connect to the primary"},
    known_error{"NOSCRIPT", engine_error::away, "its scripts have been removed"},
};

// Of what a script has met Redis 6.2 says "ERR Error running script (…): … -OOM command not allowed …".
bool has_word(std::string_view error, std::string_view word)
{
    if (error.starts_with(word) && (error.size() == word.size() || error[word.size()] == ' '))
        return true;
    return error.starts_with("ERR ") && error.find(fmt::format("-{} ", word)) != std::string_view::npos;
}

known_error const* find(std::string_view error)
{
    auto const* const found =
        std::ranges::find_if(known, [&](known_error const& each) { return has_word(error, each.word); });
    return found == known.end() ? nullptr : found;
}

// The log is one line an entry.
std::string printable(std::string_view text)
{
    constexpr std::size_t longest = 200;
    std::string shown(text.substr(0, longest));
    std::ranges::replace_if(shown, [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
    return shown;
}

} // namespace

engine_error meaning_of(std::string_view error)
{
    auto const* const found = find(error);
    return found ? found->meaning : engine_error::refused;
}

engine_fault fault_of(std::string_view error)
{
    auto const* const found = find(error);
    std::string const advice = found && !found->advice.empty() ? fmt::format(": {}", found->advice) : "";
    return engine_fault(fmt::format("it answered \"{}\"{}", printable(error), advice),
                        found && found->meaning == engine_error::lasting);
}

} // namespace tidings::internal
