// SPDX-License-Identifier: BSL-1.0
// How a connection gives way to a newcomer.
#include <tidings/server/detail/connection.hpp>

#include <fmt/format.h>
#include <sys/ioctl.h>

namespace tidings::detail {

bool connection::end_if_idle()
{
    int waiting = 0; // bytes that came in this turn, and belong to a request
    bool const is_asked = ::ioctl(socket().descriptor(), FIONREAD, &waiting) == 0 && waiting > 0;
    if (occupation_ != occupation::idle || is_asked)
        return false;
    auto& shared = *home_->shared;
    ++shared.counts.ended_for_room;
    shared.log(
        log_kind::made_room, log_level::info,
        fmt::format("the server is full: ended an idle connection of {} for a newcomer", peer_.to_string()));
    close(false);
    return true;
}

duration connection::time_reading() const noexcept
{
    auto const now_in_milliseconds =
        static_cast<std::uint32_t>(now().time_since_epoch() / std::chrono::milliseconds(1));
    return std::chrono::milliseconds(now_in_milliseconds - began_);
}

bool connection::is_slower_than(connection const& other) const noexcept
{
    // Bytes by time, multiplied out.
    auto const mine = static_cast<double>(received_) * static_cast<double>(other.time_reading().count());
    auto const others = static_cast<double>(other.received_) * static_cast<double>(time_reading().count());
    return mine < others;
}

void connection::end_for_room()
{
    auto& shared = *home_->shared;
    ++shared.counts.ended_for_room;
    shared.log(log_kind::made_room, log_level::warning,
               fmt::format("the server is full: gave the slowest request up, of {}, for a newcomer",
                           peer_.to_string()));
    refuse_for_now();
    close(false);
}

bool connection::is_counted_by_address() const noexcept
{
    return home_->shared->options.max_connections_per_address != 0 && !is_of_nobody_;
}

} // namespace tidings::detail
