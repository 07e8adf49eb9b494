// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/probe/detail/path_judgement.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

enum class path_proxy : std::uint8_t
{
    nginx,
    haproxy,
    caddy,
    envoy,
    cloudflare,
    aws,
    google,
    azure,
};
inline constexpr std::array all_proxies{path_proxy::nginx,  path_proxy::haproxy,    path_proxy::caddy,
                                        path_proxy::envoy,  path_proxy::cloudflare, path_proxy::aws,
                                        path_proxy::google, path_proxy::azure};

std::string_view name_of(path_proxy which) noexcept;

/// The value of a header; empty if it is not there.
using header_source = std::function<std::string(std::string_view name)>;

/// What the headers of a request, as the server got it, and of a response, as the page got it, give away.
struct path_guess
{
    std::vector<path_proxy> known; ///< nearest to the server last
    bool has_unknown = false;      ///< there is a proxy, and nothing says which
};
path_guess guess_proxies(header_source const& request, header_source const& response);

/// The settings of that proxy against that symptom. Empty: it has none, or needs none.
std::string_view cure_of(path_symptom what, path_proxy which) noexcept;

} // namespace tidings::detail
