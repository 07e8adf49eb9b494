// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/headers.hpp>
#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>

#include <functional>
#include <optional>

namespace tidings {

/// Looks at the head of a request, before its body is read and before a handler is chosen: lets it through
/// (empty), or answers it. `request::body()` is empty then. What it adds to the headers goes out with
/// whatever answer the request gets, also with one of another check or of the server.
///
///     std::optional<tidings::response> refuse_robots(tidings::request const& asked, tidings::headers&)
///     {
///         if (asked.header("User-Agent").find("bot") == std::string_view::npos)
///             return std::nullopt;
///         return tidings::response::text("no robots, please\n", 403);
///     }
///
/// It may say in `asked` who asks (`set_principal`), and attach what the handler is to read (`set_value`);
/// one that does neither takes a `request const&`. It is a plain function: what has to wait for its decision
/// is a `middleware`. Called on the loops of a server, so it must be thread-safe if there are several, and
/// quick. An exception is answered with 500.
using request_check = std::function<std::optional<response>(request& asked, headers& of_the_answer)>;

} // namespace tidings
