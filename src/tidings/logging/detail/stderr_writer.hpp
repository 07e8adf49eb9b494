// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace tidings::detail {

/// Writes to a descriptor that may block, as standard error does if its reader takes nothing, for as long as
/// it takes; but once the program ends, for no longer than a second.
class stderr_writer
{
public:
    /// Throws `std::system_error` if the system has no descriptor left.
    explicit stderr_writer(int descriptor);
    ~stderr_writer();
    stderr_writer(stderr_writer const&) = delete;
    stderr_writer& operator=(stderr_writer const&) = delete;

    /// False if not all of it could be written.
    bool write(std::string_view text);
    /// From another thread: what is written from here on has a second in all.
    void hurry() noexcept;

private:
    bool wait_for_room();

    int const to_;
    int wake_; // an eventfd, readable once the program ends
    std::optional<std::chrono::steady_clock::time_point> deadline_{};
};

} // namespace tidings::detail
