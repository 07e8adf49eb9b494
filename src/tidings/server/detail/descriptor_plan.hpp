// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace tidings::detail {

/// How the descriptors that a process may have are shared out, so that no use of them takes those of another.
/// What is left over is for the application, and for what a server has of its own: an epoll instance and a
/// pipe a loop, the socket that listens, the standard streams.
struct descriptor_plan
{
    std::size_t connections; ///< that are served
    std::size_t refused;     ///< connections over that, while they are told so
    std::size_t files;       ///< that are being sent
};

/// `allowed` descriptors in all, and no more connections than `max_connections`.
descriptor_plan plan_descriptors(std::size_t allowed, std::size_t max_connections) noexcept;

/// What the system allows this process (RLIMIT_NOFILE).
std::size_t allowed_descriptors() noexcept;

} // namespace tidings::detail
