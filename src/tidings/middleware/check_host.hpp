// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <string>
#include <vector>

namespace tidings {

/// Refuses requests for another host than these: with 421, also where there is no Host. A host without a port
/// stands for all its ports, one with a port for that one alone; browsers leave the usual port out.
///
///     server.check(tidings::check_host({"app.example", "localhost"}));
///
/// It guards servers that trust whoever can reach them, on this machine or on a private network, where a
/// foreign site can have its own name lead to them (DNS rebinding): its pages may then read every answer, but
/// the browser still asks for that name. A proxy in front has to pass the Host on. Throws
/// `std::invalid_argument` for an empty list, and for text that is no host.
request_check check_host(std::vector<std::string> allowed);

/// The same for what is meant for this machine and its network, without a list: refuses what a site on the
/// internet can be called. It lets through addresses, names without a dot ("localhost", this machine's own),
/// names below "localhost", requests of HTTP/1.0 without a Host, which no browser sends, and the hosts that
/// are given. Behind a proxy that passes the Host on, that is the name by which users know it. Names without
/// a dot are given out by the network; where that may be hostile, `check_host` with a list says more.
///
///     server.check(tidings::check_local_host());
request_check check_local_host(std::vector<std::string> others = {});

} // namespace tidings
