// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <string>
#include <vector>

namespace tidings {

/// Refuses with 403 what a page of another site requests in a browser, unless its origin is one of `others`.
/// The server's own pages pass: the browser says that they are (Sec-Fetch-Site), or, where it says nothing,
/// their Origin names the Host that was asked for. Links that lead here pass too.
///
///     server.check(tidings::check_origin());
///
/// It guards what cookies open. Requests with neither header pass: they come from other programs, or from
/// browsers before 2023, which say nothing when a page asks for a picture that it cannot read. A site that
/// has its own name lead to this server (DNS rebinding) is a page of this site to the browser: see
/// `check_host`. Throws `std::invalid_argument` for text that is no origin.
request_check check_origin(std::vector<std::string> others = {});

namespace detail {

/// Throws `std::invalid_argument` where one of them is no origin as browsers send it, such as
/// "https://app.example:8443": another spelling would never match, and nobody would know why.
void require_origins(std::vector<std::string> const& origins);

} // namespace detail

} // namespace tidings
