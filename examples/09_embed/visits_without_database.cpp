// SPDX-License-Identifier: BSL-1.0
// Where SQLite is not found: a function that is slow in its place.
#include "visits.hpp"

#include <atomic>
#include <chrono>
#include <thread>

int count_visit()
{
    static std::atomic<int> visits{0};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return ++visits;
}
