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
/// It guards what cookies open. Requests without an Origin pass: they come from other programs, from a page
/// of this site, or get an answer that the foreign page cannot read, such as a picture. A site that has its
/// own name lead to this server (DNS rebinding) is such a page of this site to the browser, which sends no
/// Origin with a GET: see `check_host`. Throws `std::invalid_argument` for text that is no origin.
middleware check_origin(std::vector<std::string> allowed);

} // namespace tidings
