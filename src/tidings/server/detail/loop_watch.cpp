// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/loop_watch.hpp>

#include <fmt/format.h>

#include <chrono>

namespace tidings::detail {

namespace {

constexpr duration beat = std::chrono::seconds(1);
constexpr duration allowed = std::chrono::milliseconds(100);

} // namespace

void loop_watch::start()
{
    (void)take_delay(); // what held up the loop before is not this server's
    set(now() + beat);
}

void loop_watch::on_time()
{
    if (auto const late = take_delay(); late >= allowed)
        home_.shared->log(
            log_kind::loop_blocked, log_level::warning,
            fmt::format("a loop was blocked for {} ms: a handler computes or makes a blocking call on it, "
                        "and all its other streams wait; use run_blocking",
                        std::chrono::duration_cast<std::chrono::milliseconds>(late).count()));
    start();
}

} // namespace tidings::detail
