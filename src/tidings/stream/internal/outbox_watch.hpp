// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/execution_context.hpp>

#include <cstddef>

namespace tidings::internal {

/// Learns how many bytes the writers of one loop hold that have not been sent, in steps: when they have grown
/// or shrunk by 64 KiB since it was told. On the loop's thread.
class outbox_watch
{
public:
    static constexpr std::size_t step = std::size_t{64} * 1024;

    /// Called from within the call that appends or sends, so it must touch no stream: a later turn may. It
    /// must not throw when there are fewer than before.
    virtual void on_outboxes(std::size_t bytes) = 0;

protected:
    ~outbox_watch() = default;
};

/// Has the watch told from now on; it outlives the loop's writers, or is taken off before.
void add_outbox_watch(boost::asio::execution_context& loop, outbox_watch& watch);
void remove_outbox_watch(boost::asio::execution_context& loop, outbox_watch& watch) noexcept;

} // namespace tidings::internal
