// SPDX-License-Identifier: BSL-1.0
// What a user's first program needs: our headers, and Asio linked through the library.
#include <tidings/wait/detail/small_lock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

int main()
{
    tidings::detail::small_lock lock;
    boost::asio::io_context loop;
    boost::asio::post(loop, [&] { lock.lock(); });
    return loop.run() == 1 ? 0 : 1;
}
