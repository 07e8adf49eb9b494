// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <chrono>

namespace tidings::internal {

/// When the kernel asks a peer that nothing is sent to whether it is there: after that silence, then each
/// interval, and when so many have gone unanswered the connection is lost. For a handler that waits before
/// anything of its answer is out; an open stream asks by its comments, which come first.
struct peer_probes
{
    std::chrono::seconds silence;
    std::chrono::seconds interval;
    int count = 3;

    /// How long a peer that has vanished may stay unnoticed.
    std::chrono::seconds worst() const noexcept { return silence + count * interval; }
};

/// The times of both are a server's; zero and below: none.
peer_probes probes_of(duration keep_alive) noexcept;

/// For how long the peer of an open stream need not acknowledge what was sent to it; zero: no limit. The
/// write timeout, unless the stream sends no comments before the probes begin: the kernel, which counts an
/// unanswered probe against the same limit, would give up on a peer for one that was lost on its way.
std::chrono::milliseconds unacknowledged_limit(duration keep_alive, duration write_timeout) noexcept;

} // namespace tidings::internal
