// SPDX-License-Identifier: BSL-1.0
// A lock has an identity: two copies of it would guard nothing.
// must not compile: (use of|call to) deleted (function|constructor)
#include <tidings/wait/detail/small_lock.hpp>

int main()
{
    tidings::detail::small_lock lock;
    tidings::detail::small_lock copy(lock);
}
