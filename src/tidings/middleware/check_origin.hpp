// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <string>
#include <vector>

namespace tidings {

/// Refuses requests that a page of another site makes in a browser: with 403, when there is an Origin that is
/// not one of these. Name your own site's origin too, since browsers send it with every POST.
///
///     server.use(tidings::check_origin({"https://app.example"}));
///
/// It guards what cookies open, and servers on a private network whose name a foreign site makes its own (DNS
/// rebinding). Requests without an Origin pass: they come from other programs, or from a page of this site.
/// Throws `std::invalid_argument` for text that is no origin.
middleware check_origin(std::vector<std::string> allowed);

} // namespace tidings
