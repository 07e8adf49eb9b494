// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace tidings {

/// What a check says of a request.
enum class admission
{
    granted,
    unauthenticated, ///< nobody that we know: answered with 401. An EventSource then stops for good
    forbidden,       ///< somebody who may not: answered with 403
};

/// Lets through what `admit` grants. What it refuses has cost no more than a head: its body is not read.
///
///     server.check(tidings::authenticate([tokens](tidings::request& asked) {
///         auto const known = tokens->find(tidings::bearer_token(asked));
///         if (known == tokens->end())
///             return tidings::admission::unauthenticated;
///         asked.set_principal(known->second);
///         return tidings::admission::granted;
///     }));
///
/// `admit` may also name the principal, and attach a value for the handler. It is called on the loops of a
/// server, so it must be thread-safe if there are several, and quick: what has to wait for its decision is a
/// `middleware` of your own.
///
/// A browser's EventSource cannot set headers: it brings a cookie, or a ticket in the query, which `admit`
/// may read as well. `challenge` is the WWW-Authenticate of a 401 (RFC 9110, 11.6.1). Throws
/// `std::invalid_argument` for an empty function, and for a challenge that no header can have.
request_check authenticate(std::function<admission(request&)> admit, std::string challenge = "Bearer");

/// The token of `Authorization: Bearer <token>` (RFC 6750, 2.1); empty if there is none.
std::string_view bearer_token(request const& asked) noexcept;

/// Whether two secrets are the same, in a time that does not tell how much of them is: `==` stops at the
/// first byte that differs, so that who tries long enough finds a token byte by byte. Texts of different
/// lengths are told apart at once.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

} // namespace tidings
