// SPDX-License-Identifier: BSL-1.0
// A user's program that systemd runs.
#include <tidings/service/service.hpp>

int main()
{
    tidings::service unit;
    tidings::server server({.listen = unit.listen({})});
    unit.start(server);
    server.stop();
    server.run();
    return unit.replaces() ? 1 : 0;
}
