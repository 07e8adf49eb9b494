// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop_timer.hpp>

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>

namespace tidings::detail {

class loop_state;

/// The unsent bytes of each principal in all loops, as these have told so far. Safe from any thread.
class principal_sums
{
public:
    /// A loop holds so much, and has held so much; what all of them hold now.
    std::size_t change(std::string const& principal, std::size_t before, std::size_t now);

private:
    std::mutex lock_;
    std::unordered_map<std::string, std::size_t> sums_; // above 0
};

/// Keeps the unsent bytes of principals within `principal_limits::unsent_bytes`, on one loop: those of its
/// streams that hold most are cut. It looks at all streams of the loop, so not more often than ten times a
/// second, and only after the loop's buffers have changed.
class principal_bytes final : internal::loop_timer
{
public:
    principal_bytes(loop_state& of, internal::loop& home) noexcept : loop_timer(home), of_(of) {}

    /// The loop's buffers have changed.
    void note();
    /// The loop goes.
    void forget();

private:
    void on_time() override;

    loop_state& of_;
    std::map<std::string, std::size_t> told_;
    bool is_due_ = false;
};

} // namespace tidings::detail
