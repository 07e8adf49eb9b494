// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop_timer.hpp>
#include <tidings/server/detail/loop_state.hpp>
#include <tidings/wait/internal/home_of.hpp>

namespace tidings::detail {

/// Notices that something blocked its loop: asks once a second for how long the loop was held up at most.
class loop_watch final : internal::loop_timer
{
public:
    explicit loop_watch(loop_state& home) : internal::loop_timer(internal::home_of(home.root)), home_(home) {}

    void start();
    void stop() noexcept { clear(); }

private:
    void on_time() override;

    loop_state& home_;
};

} // namespace tidings::detail
