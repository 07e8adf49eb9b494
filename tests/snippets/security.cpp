// SPDX-License-Identifier: BSL-1.0
// Code that docs/guide/15-security.md shows.
#include <tidings/tidings.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

// [session]
struct session
{
    std::string secret;
    std::string user;
};

// The cookie is "name.secret": one part finds the session, the other is compared.
tidings::admission ask_session(std::map<std::string, session> const& sessions, tidings::request& request)
{
    std::string_view const token = request.cookie("session");
    auto const dot = token.find('.');
    auto const found = sessions.find(std::string(token.substr(0, dot)));
    if (dot == std::string_view::npos || found == sessions.end())
        return tidings::admission::unauthenticated;
    if (!tidings::equal_in_constant_time(token.substr(dot + 1), found->second.secret))
        return tidings::admission::unauthenticated;
    request.set_principal(found->second.user);
    return tidings::admission::granted;
}
// [/session]

void ask_sessions(tidings::server& server, std::map<std::string, session> const& sessions)
{
    // [ask-sessions]
    server.check("/account", tidings::authenticate(std::bind_front(ask_session, std::cref(sessions))));
    // [/ask-sessions]
}
