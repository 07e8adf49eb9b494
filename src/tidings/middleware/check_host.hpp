// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <string>
#include <vector>

namespace tidings {

/// Refuses requests for another host than these: with 421, also where there is no Host. A host without a port
/// stands for all its ports, one with a port for that one alone; browsers leave the usual port out.
///
///     server.use(tidings::check_host({"localhost", "127.0.0.1"}));
///
/// It guards servers that trust whoever can reach them, on this machine or on a private network, where a
/// foreign site can have its own name lead to them (DNS rebinding): its pages may then read every answer, but
/// the browser still asks for that name. A proxy in front has to pass the Host on. Throws
/// `std::invalid_argument` for an empty list, and for text that is no host.
middleware check_host(std::vector<std::string> allowed);

} // namespace tidings
