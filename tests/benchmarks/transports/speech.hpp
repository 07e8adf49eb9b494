// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>

namespace tidings::benchmark {

/// How a server is spoken to.
struct speech
{
    bool is_http2 = false;
    bool is_tls = false;
    bool is_counted = false; ///< by `tidings::metrics`; HTTP/1.1 only
};

/// The word for it on the command line of a server.
inline std::string_view word_of(speech how)
{
    if (how.is_counted)
        return "http1-metrics";
    static constexpr std::array words{"http1", "http1-tls", "http2", "http2-tls"};
    return words[(how.is_http2 ? 2u : 0u) + (how.is_tls ? 1u : 0u)];
}

inline speech speech_of(std::string_view word)
{
    return {.is_http2 = word.starts_with("http2"),
            .is_tls = word.ends_with("-tls"),
            .is_counted = word.ends_with("-metrics")};
}

} // namespace tidings::benchmark
