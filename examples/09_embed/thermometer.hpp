// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

/// Measures on a thread of its own, and publishes each reading to a topic: from any thread, and without
/// waiting.
// [class]
class thermometer
{
public:
    tidings::topic readings;

private:
    void measure(std::stop_token stopped)
    {
        using namespace std::chrono_literals;
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any pause;
        for (double degrees = 20; !stopped.stop_requested(); degrees += 0.1) {
            readings.publish({.data = fmt::format("{:.1f}", degrees)});
            pause.wait_for(lock, stopped, 200ms, [] { return false; });
        }
    }

    std::jthread thread_{[this](std::stop_token stopped) { measure(std::move(stopped)); }};
};
// [/class]
