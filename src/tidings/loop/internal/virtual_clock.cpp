// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/internal/virtual_clock.hpp>

namespace tidings::internal {

virtual_clock::virtual_clock(boost::asio::any_io_executor const& executor, time_point start)
    : loop_(loop::of(executor))
{
    loop_.use_virtual_time(start);
}

} // namespace tidings::internal
