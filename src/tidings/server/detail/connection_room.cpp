// SPDX-License-Identifier: BSL-1.0
// How a connection gives way to a newcomer.
#include <tidings/server/detail/connection.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace tidings::detail {

bool connection::end_if_idle()
{
    if (occupation_ != occupation::idle || socket().has_input())
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
    auto const mine = static_cast<double>(held_) * static_cast<double>(other.time_reading().count());
    auto const others = static_cast<double>(other.held_) * static_cast<double>(time_reading().count());
    return mine < others;
}

void connection::end_for_room()
{
    auto& shared = *home_->shared;
    ++shared.counts.ended_for_room;
    shared.log(log_kind::made_room, log_level::warning,
               fmt::format("the server is full: gave the slowest request up, of {}, for a newcomer",
                           peer_.to_string()));
    refuse_for_now("the server is full");
    close(false);
}

std::size_t connection::can_be_relieved_of() const noexcept
{
    bool const is_read = occupation_ == occupation::reading;
    return out_.unsent() + behind().size() + (is_read ? held_ : 0);
}

void connection::end_for_buffers()
{
    constexpr std::string_view why =
        "the server's buffers were full (buffered_bytes), and it held most of them";
    auto& shared = *home_->shared;
    if (is_busy()) {
        ++shared.counts.queue_overflows;
        log_cut(why);
        return give_up(true);
    }
    if (occupation_ == occupation::reading) {
        ++shared.counts.refused;
        shared.log(log_kind::refused, log_level::warning,
                   fmt::format("refused a request of {}: {}", peer_.to_string(), why));
        refuse_for_now("the server's buffers are full");
    }
    close(false);
}

// Counts what is held of this client's input.
void connection::hold(std::size_t bytes)
{
    auto const counted = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, UINT32_MAX));
    home_->buffers.change(held_, counted);
    held_ = counted;
}

bool connection::is_counted_by_address() const noexcept
{
    return home_->shared->options.max_connections_per_address != 0 && !is_of_nobody_;
}

} // namespace tidings::detail
