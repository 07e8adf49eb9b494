// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

namespace tidings::test {

/// Whether `tried` comes back with true, in a process of its own: what a compiler gets wrong may crash it, or
/// make it go on for ever.
template <typename Function>
bool works_in_child(Function tried)
{
    pid_t const child = fork();
    if (child == 0) {
        if (!std::freopen("/dev/null", "w", stderr)) // a sanitizer's report is expected here
            _exit(2);
        alarm(2);
        _exit(tried() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace tidings::test
