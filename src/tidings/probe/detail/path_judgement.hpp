// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidings::detail {

/// What the beats of a probe are, which a page sees arrive.
inline constexpr int beat_count = 20;
inline constexpr std::chrono::milliseconds beat_period{100};

/// What a page saw of its streams. Times are since the page asked for the stream.
struct path_observation
{
    std::vector<std::chrono::milliseconds> arrived; ///< of each beat, in order
    std::string protocol{};                         ///< as browsers call it: "http/1.1", "h2"; empty: unknown
    std::string encoding{};                         ///< the value of `Content-Encoding`
    /// How long a stream without a byte lasted, and one with a comment each second; empty where it lasted as
    /// long as it should have.
    std::optional<std::chrono::milliseconds> silence_cut_after{};
    std::optional<std::chrono::milliseconds> traffic_cut_after{};
};

enum class path_symptom : std::uint8_t
{
    buffers,      ///< events come in heaps
    loses_beats,  ///< the stream ended before its last event
    compresses,   ///< what the server has sent plain
    cuts_silence, ///< a stream that is silent for too long
    cuts_all,     ///< any stream, after some time
    http1,        ///< six connections
};

struct path_finding
{
    path_symptom what;
    std::string said; ///< a line that names it, and a line about it
};

/// Empty: the path does no harm.
std::vector<path_finding> judge(path_observation const& seen);

} // namespace tidings::detail
