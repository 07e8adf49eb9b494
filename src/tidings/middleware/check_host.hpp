// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <string>
#include <vector>

namespace tidings {

/// Refuses requests whose Host is not one of these, with 421, and requests without a Host. An entry without a
/// port allows all ports, one with a port only that one; browsers omit the default port.
///
///     server.check(tidings::check_host({"app.example", "localhost"}));
///
/// It protects servers that trust every client that can reach them, on this machine or a private network. A
/// foreign site can point its own name at such a server (DNS rebinding), and its pages could then read every
/// response; but the browser still sends that name in Host. A proxy in front has to pass the Host on. Throws
/// `std::invalid_argument` for an empty list, and for an entry that is not a host.
request_check check_host(std::vector<std::string> allowed);

/// The same without a list, for servers meant for this machine and its network: refuses the names that an
/// internet site can have. It admits addresses, names without a dot ("localhost", this machine's own), names
/// below "localhost", HTTP/1.0 requests without a Host, which no browser sends, and `others`. Behind a proxy
/// that passes the Host on, give the name that users type. The network assigns names without a dot; if it may
/// be hostile, use `check_host` with a list.
///
///     server.check(tidings::check_local_host());
request_check check_local_host(std::vector<std::string> others = {});

} // namespace tidings
