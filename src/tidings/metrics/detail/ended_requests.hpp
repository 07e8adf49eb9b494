// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/histogram.hpp>
#include <tidings/metrics/detail/exposition.hpp>
#include <tidings/stream/stream_end.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

namespace tidings::detail {

/// What is counted at the end of each request. Safe from any thread, by one lock: beside a request of tens of
/// microseconds some twenty nanoseconds cost nothing, and a table a loop would have to be summed at each
/// scrape under a lock as well.
///
/// What a client writes has no series of its own: methods that are not in HTTP's own documents are "other",
/// and paths that lead to no route are the route "none".
class ended_requests
{
public:
    void add(stream_end const& over);
    void write_to(exposition& out) const;

private:
    using stream_key = std::tuple<std::string, std::string, std::string>;       // route, reason, cut
    using request_key = std::tuple<std::string, std::string, std::string>;      // route, method, status
    using histograms = std::map<std::string, internal::histogram, std::less<>>; // by route

    mutable std::mutex lock_;
    std::map<stream_key, std::uint64_t> ends_;
    histograms lasted_;
    histograms first_event_;
    std::map<request_key, internal::histogram> requests_;
};

} // namespace tidings::detail
