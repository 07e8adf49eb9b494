// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

/// When clients come back whose streams all end at once, because the server stops, or is killed. Pure: counts
/// and random numbers are arguments.
namespace tidings::detail {

/// How many openings a second one loop bears, from what it has seen.
class opening_rate
{
public:
    /// What a loop is trusted to bear before it has shown more: lookups and handshakes included.
    static constexpr std::uint32_t floor = 500;

    void count() noexcept { ++openings_; }
    /// A second is over. One in which something held the loop up shows nothing.
    void end_second(bool was_held_up) noexcept
    {
        if (!was_held_up)
            best_ = std::max(best_, openings_);
        openings_ = 0;
    }
    /// Half of the best second: the other half is for what else there is to do.
    std::uint32_t borne() const noexcept { return std::max(floor, best_ / 2); }

private:
    std::uint32_t openings_ = 0;
    std::uint32_t best_ = 0;
};

/// The mean of the pauses that let so many streams come back at that rate, 2 s to 40 s: what is drawn from it
/// is then 1 s to 60 s, and evenly spread also at both ends. A rate of 0 gives the longest.
inline std::chrono::milliseconds mean_pause(std::size_t streams, double openings_per_second) noexcept
{
    double const wanted = 1000 * static_cast<double>(streams) / std::max(openings_per_second, 0.001);
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::clamp(wanted, 2'000.0, 40'000.0)));
}

/// One pause, 0.5 to 1.5 times the mean. `random` has at least 32 random bits.
inline std::chrono::milliseconds draw_pause(std::chrono::milliseconds mean, std::uint64_t random) noexcept
{
    return mean / 2 + std::chrono::milliseconds(
                          static_cast<std::int64_t>(random % static_cast<std::uint64_t>(mean.count() + 1)));
}

/// Whether a client that was told a pause of that mean, in whole seconds, is to be told anew. 0: it was told
/// none.
inline bool is_out_of_date(std::uint8_t told_seconds, std::chrono::milliseconds mean) noexcept
{
    auto const told = std::chrono::milliseconds(std::chrono::seconds(told_seconds));
    return mean * 2 > told * 3 || mean * 3 < told * 2 || told_seconds == 0;
}

} // namespace tidings::detail
