// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tls_side.hpp"

#include <cstddef>
#include <cstdint>

namespace tidings::benchmark {

/// Clients that come only to shake hands, and leave.
class handshaking
{
public:
    /// `resumes`: the session of a first client, which this makes.
    handshaking(std::uint16_t port, bool resumes);

    void make(std::size_t count, std::size_t at_once);

private:
    std::uint16_t const port_;
    tls_side tls_{false};
};

} // namespace tidings::benchmark
