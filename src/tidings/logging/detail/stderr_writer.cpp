// SPDX-License-Identifier: BSL-1.0
#include <tidings/logging/detail/stderr_writer.hpp>

#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <poll.h>

namespace tidings::detail {

using std::chrono::steady_clock;

stderr_writer::stderr_writer(int descriptor) : to_(descriptor), wake_(::eventfd(0, EFD_CLOEXEC))
{
    if (wake_ < 0)
        throw std::system_error(errno, std::generic_category(), "tidings: a log_writer needs a descriptor");
}

stderr_writer::~stderr_writer()
{
    ::close(wake_);
}

bool stderr_writer::write(std::string_view text)
{
    while (!text.empty()) {
        if (!wait_for_room())
            return false;
        // A pipe that has room takes as much as this without blocking (pipe(7)).
        auto const taken = ::write(to_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
        if (taken < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(taken, 0)));
    }
    return true;
}

void stderr_writer::hurry() noexcept
{
    std::uint64_t const one = 1;
    (void)!::write(wake_, &one, sizeof(one));
}

bool stderr_writer::wait_for_room()
{
    for (;;) {
        int left = -1;
        if (deadline_) {
            auto const rest = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - steady_clock::now());
            left = static_cast<int>(std::max<std::chrono::milliseconds::rep>(rest.count(), 0));
        }
        std::array<pollfd, 2> watched{pollfd{to_, POLLOUT, 0}, pollfd{deadline_ ? -1 : wake_, POLLIN, 0}};
        int const ready = ::poll(watched.data(), watched.size(), left);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return false;
        if (watched[1].revents != 0)
            deadline_ = steady_clock::now() + std::chrono::seconds(1);
        if (watched[0].revents != 0)
            return true; // an error is what the write reports
    }
}

} // namespace tidings::detail
