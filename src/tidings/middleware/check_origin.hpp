// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <string>
#include <vector>

namespace tidings {

/// Refuses requests from pages of other sites in a browser, with 403, except for pages whose origin is in
/// `others`. The server's own pages pass: Sec-Fetch-Site says so or, without that header, their Origin
/// matches the Host of the request. Links that lead here pass too.
///
///     server.check(tidings::check_origin());
///
/// It protects what a cookie gives access to. Requests with neither header pass: they come from other
/// programs, or from browsers before 2023, which send neither when a page embeds a picture that it cannot
/// read. To a browser, a site that points its own name at this server (DNS rebinding) is a page of this site:
/// see `check_host`. Throws `std::invalid_argument` for an entry that is not an origin.
request_check check_origin(std::vector<std::string> others = {});

namespace detail {

/// Throws `std::invalid_argument` if one of them is not an origin as browsers send it, such as
/// "https://app.example:8443": another spelling would never match, and nobody would know why.
void require_origins(std::vector<std::string> const& origins);

} // namespace detail

} // namespace tidings
