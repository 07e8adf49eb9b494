// SPDX-License-Identifier: BSL-1.0
// A user's program with an endpoint that speaks HTTP/2, which needs no header of nghttp2.
#include <tidings/server/http2/http2.hpp>
#include <tidings/server/server.hpp>

#include <cstdio>
#include <stdexcept>

int main()
{
    tidings::server const server(
        {.listen = {{.port = 0, .http2 = tidings::http2({.prior_knowledge = true})}}});
    try {
        (void)tidings::http2({.max_streams = 0});
        return 1;
    } catch (std::invalid_argument const& refused) {
        return std::puts(refused.what()) < 0;
    }
}
