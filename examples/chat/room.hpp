// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace chat {

/// The room, and whoever may come in. All of it happens on the loop of the server.
class room
{
public:
    /// A token for somebody of that name; empty if there are as many as there may be.
    std::optional<std::string> admit(std::string_view name);
    /// Whose token that is; empty if it is nobody's.
    [[nodiscard]] std::string_view name_of(std::string_view token) const;

    void say(std::string_view name, std::string_view text);

    /// Takes back all tokens of that name, and gives out no more.
    void ban(std::string_view name);
    [[nodiscard]] bool is_banned(std::string_view name) const { return banned_.contains(name); }

    /// Those who are here, as a JSON array.
    [[nodiscard]] std::string names() const;

    tidings::topic events;

private:
    friend class presence;
    void count(std::string const& name, int by);

    std::map<std::string, std::string, std::less<>> names_by_token_;
    std::map<std::string, int, std::less<>> streams_by_name_;
    std::set<std::string, std::less<>> banned_;
};

/// Somebody is here as long as this is: with three streams the same person comes once, and leaves with the
/// last.
class presence
{
public:
    presence(room& where, std::string_view name) : where_(where), name_(name) { where_.count(name_, +1); }
    presence(presence const&) = delete;
    presence& operator=(presence const&) = delete;
    ~presence() { where_.count(name_, -1); }

private:
    room& where_;
    std::string name_;
};

} // namespace chat
