// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/channel.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

/// Measures on a thread of its own, and offers each reading to every subscriber. It never waits for one: a
/// reading that finds a full channel is dropped.
// [class]
class thermometer
{
public:
    /// The subscriber closes the channel when it leaves.
    tidings::channel<double> subscribe()
    {
        tidings::channel<double> readings(4);
        std::lock_guard const lock(mutex_);
        return subscribers_.emplace_back(readings);
    }

private:
    void measure(std::stop_token stopped)
    {
        using namespace std::chrono_literals;
        std::unique_lock lock(mutex_);
        for (double degrees = 20; !stopped.stop_requested(); degrees += 0.1) {
            std::erase_if(subscribers_,
                          [&](auto& each) { return !each.try_send(degrees) && each.is_closed(); });
            wake_.wait_for(lock, stopped, 200ms, [] { return false; });
        }
    }

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::vector<tidings::channel<double>> subscribers_;
    std::jthread thread_{[this](std::stop_token stopped) { measure(std::move(stopped)); }};
};
// [/class]
