// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace tidings {

/// Which pages of other origins may read a server's responses; see `cors`.
struct cors_options
{
    /// Each exactly as browsers send it, "https://app.example"; or only "*": all pages, without credentials.
    std::vector<std::string> origins{};
    /// Whether they may send cookies and HTTP authentication:
    /// `new EventSource(url, {withCredentials: true})`.
    bool credentials = false;
    /// The methods and request headers that preflights allow. An EventSource causes no preflight;
    /// implementations in JavaScript send Cache-Control, which does.
    std::vector<std::string> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    std::vector<std::string> request_headers{"Authorization", "Cache-Control", "Content-Type",
                                             "Last-Event-ID"};
    /// Response headers that the pages may read, in addition to those that all pages may.
    std::vector<std::string> exposed_headers{};
    /// How long a browser may cache the answer to a preflight.
    std::chrono::seconds max_age = std::chrono::minutes(10);
};

/// Lets pages of other origins read responses (the Fetch standard, "CORS protocol"), including refusals, and
/// answers browsers' preflights (OPTIONS with Access-Control-Request-Method), whatever methods the path has.
///
///     server.check(tidings::cors({.origins = {"https://app.example"}, .credentials = true}));
///
/// Add it before `authenticate`, because a preflight carries no credentials and a page may want to read a
/// 401. It permits what browsers forbid; it refuses nothing itself, see `check_origin`. Throws
/// `std::invalid_argument` for an entry that is not an origin, and for "*" together with credentials or with
/// other origins.
request_check cors(cors_options options);

} // namespace tidings
