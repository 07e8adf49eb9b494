// SPDX-License-Identifier: BSL-1.0
// g++ 12 destroys such a temporary twice. Compilers that are right take it: there this file fails by itself.
// must not compile: g\+\+ 12 destroys an owning lambda twice|nothing to refuse
#include <tidings/wait/run_blocking.hpp>

#include <string>

#if defined(__clang__) || __GNUC__ >= 14
#error "nothing to refuse"
#endif

boost::asio::awaitable<void> load(tidings::context ctx, std::string path)
{
    auto const size = co_await tidings::run_blocking(ctx, [path] { return path.size(); });
    (void)size;
}
