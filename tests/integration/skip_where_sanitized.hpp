// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <catch2/catch_test_macros.hpp>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TIDINGS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer) ||                       \
    __has_feature(thread_sanitizer)
#define TIDINGS_SANITIZED 1
#endif
#endif

namespace tidings::test {

#ifdef TIDINGS_SANITIZED
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

/// For tests in which the process has no descriptor left.
inline void skip_where_sanitized()
{
    if (is_sanitized)
        SKIP("the sanitizer opens descriptors of its own, and takes one that it cannot open for a fault");
}

} // namespace tidings::test
