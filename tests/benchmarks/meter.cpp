// SPDX-License-Identifier: BSL-1.0
#include "meter.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>

namespace {

std::size_t allocations = 0; // the benchmarks have one thread

double thread_seconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

} // namespace

void* operator new(std::size_t size)
{
    ++allocations;
    if (void* const memory = std::malloc(size))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace tidings::benchmark {

void meter::begin()
{
    begin_allocations_ = allocations;
    begin_seconds_ = thread_seconds();
}

void meter::end(long count)
{
    double const seconds = thread_seconds() - begin_seconds_;
    auto const made = static_cast<double>(allocations - begin_allocations_);
    auto const each = static_cast<double>(count);
    best_.nanoseconds = std::min(best_.nanoseconds, seconds * 1e9 / each);
    best_.allocations = std::min(best_.allocations, made / each);
}

void report(char const* what, cost measured, double target_nanoseconds, cost base)
{
    std::printf("%-44s %8.1f ns  %6.2f allocations", what, measured.nanoseconds, measured.allocations);
    if (base.nanoseconds > 0)
        std::printf("  x%.1f", measured.nanoseconds / base.nanoseconds);
    if (target_nanoseconds > 0)
        std::printf("  (target %.0f ns%s)", target_nanoseconds,
                    measured.nanoseconds <= target_nanoseconds ? "" : ": MISSED");
    std::printf("\n");
    std::fflush(stdout);
}

} // namespace tidings::benchmark
