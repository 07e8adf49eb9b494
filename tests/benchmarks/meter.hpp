// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace tidings::benchmark {

/// What one thing costs: the thread's CPU time, which other jobs on the machine disturb least, and calls of
/// `operator new`. The best of several rounds counts.
struct cost
{
    double nanoseconds = 0;
    double allocations = 0;
};

/// Measures one round, from `begin` to `end`.
class meter
{
public:
    void begin();
    void end(long count);

    cost best() const { return best_; }

private:
    double begin_seconds_ = 0;
    std::size_t begin_allocations_ = 0;
    cost best_{1e300, 1e300};
};

/// Prints one line: what, its cost, the target if there is one, and the ratio to a base if there is one.
void report(char const* what, cost measured, double target_nanoseconds = 0, cost base = {});

} // namespace tidings::benchmark
