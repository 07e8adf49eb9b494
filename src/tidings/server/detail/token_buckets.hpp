// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tidings::detail {

/// How often each name may do something: `rate` times a second in the long run, `burst` times at once. A name
/// that has not used its share for a while is forgotten. Safe from any thread; time is an argument.
class token_buckets
{
public:
    /// How many names are kept. One more is let in without being counted: nobody pays for the others.
    static constexpr std::size_t most_names = 65'536;

    /// A rate of 0 and less: no limit.
    token_buckets(double rate, std::size_t burst) noexcept
        : rate_(rate), burst_(burst == 0 ? 1.0 : static_cast<double>(burst))
    {}

    /// Whether the name may do it now.
    bool has_one(std::string_view name, time_point now);
    /// The same, and it does.
    bool take_one(std::string_view name, time_point now);

    std::size_t names() const;

private:
    struct bucket
    {
        double left;
        time_point at;
    };

    double left(bucket const& in, time_point now) const noexcept;
    bool make_room(time_point now);

    double const rate_;
    double const burst_;
    std::mutex mutable lock_;
    std::unordered_map<std::string, bucket> used_; // those that are not full
    std::size_t looked_through_at_ = 1024;         // how many there are then
    time_point next_look_{};
};

} // namespace tidings::detail
