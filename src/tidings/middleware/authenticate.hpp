// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace tidings {

/// A check's decision about a request.
enum class admission
{
    granted,
    unauthenticated, ///< the sender is unknown: answered with 401. An EventSource then stops for good
    forbidden,       ///< the sender may not do this: answered with 403
};

/// Admits requests that `admit` grants. A refused request has cost only its headers: its body is not read.
///
///     server.check(tidings::authenticate([tokens](tidings::request& asked) {
///         auto const known = tokens->find(tidings::bearer_token(asked));
///         if (known == tokens->end())
///             return tidings::admission::unauthenticated;
///         asked.set_principal(known->second);
///         return tidings::admission::granted;
///     }));
///
/// `admit` may also set the principal, and attach a value for the handler. It is called on the loops of a
/// server, so it must be thread-safe if there are several, and fast: a decision that has to wait belongs in
/// your own `middleware`.
///
/// A browser's EventSource cannot set headers: it sends a cookie, or a ticket in the query, which `admit`
/// may read as well. `challenge` is the WWW-Authenticate of a 401 (RFC 9110, 11.6.1). Throws
/// `std::invalid_argument` for an empty function, and for a challenge that is not a valid header.
request_check authenticate(std::function<admission(request&)> admit, std::string challenge = "Bearer");

/// The token of `Authorization: Bearer <token>` (RFC 6750, 2.1); empty if there is none.
std::string_view bearer_token(request const& asked) noexcept;

/// Whether two secrets are equal, in a time that does not reveal how much of them is: `==` stops at the
/// first different byte, which lets an attacker guess a token byte by byte. Texts of different lengths are
/// recognized at once.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

} // namespace tidings
