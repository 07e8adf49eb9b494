// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace tidings {

/// Which pages of other origins may read the answers of a server; see `cors`.
struct cors_options
{
    /// Each exactly as browsers send it, "https://app.example"; or "*" alone: every page, without
    /// credentials.
    std::vector<std::string> origins{};
    /// Whether cookies and HTTP authentication are for them too: `new EventSource(url, {withCredentials:
    /// true})`.
    bool credentials = false;
    /// What they may do, and which headers they may send, where the browser asks beforehand. An EventSource
    /// does not ask; those that are written in JavaScript send Cache-Control, and are asked about.
    std::vector<std::string> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    std::vector<std::string> request_headers{"Authorization", "Cache-Control", "Content-Type",
                                             "Last-Event-ID"};
    /// Which headers of an answer they may read, beside those that all may.
    std::vector<std::string> exposed_headers{};
    /// How long a browser may remember what it was told when it asked.
    std::chrono::seconds max_age = std::chrono::minutes(10);
};

/// Lets pages of other origins read the answers (the Fetch standard, "CORS protocol"), refusals included, and
/// answers the question that browsers ask beforehand (a preflight: OPTIONS with
/// Access-Control-Request-Method), whatever method the path has.
///
///     server.check(tidings::cors({.origins = {"https://app.example"}, .credentials = true}));
///
/// Give it before `authenticate`, because a preflight carries no credentials and a page may want to read a
/// 401. It opens what browsers close; it refuses nothing by itself, see `check_origin`. Throws
/// `std::invalid_argument` for text that is no origin, and for "*" together with credentials or with other
/// origins.
request_check cors(cors_options options);

} // namespace tidings
