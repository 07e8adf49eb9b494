// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace tidings::detail {

/// `response::cookie_options`.
struct cookie_options
{
    std::optional<std::chrono::seconds> max_age{}; ///< empty: until the browser is closed
    std::string_view path = "/";        ///< the browser sends it only with requests for paths below this one
    std::string_view same_site = "Lax"; ///< "Strict": not with links from other sites; "None": always
    bool http_only = true;              ///< scripts cannot read it
    bool secure = true;                 ///< only over HTTPS, or to this machine, which browsers trust
};
static_assert(std::is_trivially_destructible_v<cookie_options>); // so that g++ 12 takes it in a `co_await`

/// The value of Set-Cookie (RFC 6265, 4.1). Throws as `response::with_cookie`.
[[nodiscard]] std::string set_cookie(std::string_view name, std::string_view value,
                                     cookie_options const& how);

} // namespace tidings::detail
