// SPDX-License-Identifier: BSL-1.0
#include "allocation_count.hpp"

#include <cstdlib>
#include <new>

namespace {

std::size_t counted = 0;

void* allocate(std::size_t size)
{
    ++counted;
    void* const memory = std::malloc(size);
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

} // namespace

// Aligned memory is left to the library: nothing here is over-aligned.
void* operator new(std::size_t size)
{
    return allocate(size);
}
void* operator new[](std::size_t size)
{
    return allocate(size);
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace tidings::test {

std::size_t allocations() noexcept
{
    return counted;
}

} // namespace tidings::test
