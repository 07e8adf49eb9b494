// SPDX-License-Identifier: BSL-1.0
// g++ 12 destroys such a temporary twice. Compilers that are right take it: there this file fails by itself.
// must not compile: g\+\+ 12 destroys an owning lambda twice|nothing to refuse
#include <tidings/hub/topic.hpp>

#include <string>

#if defined(__clang__) || __GNUC__ >= 13
#error "nothing to refuse"
#endif

boost::asio::awaitable<void> follow_one(tidings::topic news, std::string wanted, tidings::context ctx,
                                        tidings::event_stream& out)
{
    co_await news.follow(
        ctx, out, tidings::from_newest(),
        [wanted](tidings::event_text const& each, std::string_view) { return each.type() == wanted; });
}
