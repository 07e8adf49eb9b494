// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/small_lock.hpp>

#include <mutex>

int main()
{
    tidings::detail::small_lock lock;
    std::lock_guard const guard(lock);
}
