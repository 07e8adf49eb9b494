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
};

/// The word for it on the command line of a server.
inline std::string_view word_of(speech how)
{
    static constexpr std::array words{"http1", "http1-tls", "http2", "http2-tls"};
    return words[(how.is_http2 ? 2u : 0u) + (how.is_tls ? 1u : 0u)];
}

inline speech speech_of(std::string_view word)
{
    return {.is_http2 = word.starts_with("http2"), .is_tls = word.ends_with("-tls")};
}

} // namespace tidings::benchmark
