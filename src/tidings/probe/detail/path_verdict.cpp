// SPDX-License-Identifier: BSL-1.0
#include <tidings/probe/detail/path_verdict.hpp>

#include <fmt/format.h>

#include <ranges>
#include <string_view>

namespace tidings::detail {

namespace {

// Empty where none of them has one.
template <typename Proxies>
std::string cures_of(path_symptom what, Proxies const& proxies)
{
    std::string text;
    for (path_proxy const each : proxies) {
        auto const cure = cure_of(what, each);
        if (cure.empty())
            continue;
        text += fmt::format("{}:\n", name_of(each));
        for (auto const line : std::views::split(cure, '\n'))
            text += fmt::format("    {}\n", std::string_view(line.begin(), line.end()));
    }
    return text;
}

std::string on_path(path_guess const& guess)
{
    std::string names;
    for (path_proxy const each : guess.known)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", name_of(each));
    if (!names.empty())
        return fmt::format("# On the path: {}\nHeaders give it away.\n", names);
    if (guess.has_unknown)
        return "# On the path: a proxy\nHeaders say that there is one, and not which.\n";
    return {};
}

} // namespace

std::string verdict(path_observation const& seen, path_guess const& guess)
{
    auto const findings = judge(seen);
    std::string text;
    if (findings.empty())
        text = fmt::format(
            "# All is well\nEvents arrive when they are sent, plain, over {}, and no stream was cut "
            "in the time that was tried.\n",
            seen.protocol.empty() ? "a protocol that the browser does not name" : seen.protocol);
    text += on_path(guess);
    for (path_finding const& each : findings) {
        text += fmt::format("# {}\n", each.said);
        auto const cures = cures_of(each.what, guess.known);
        text += cures.empty() ? cures_of(each.what, all_proxies) : cures;
    }
    return text;
}

} // namespace tidings::detail
