// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/internal/outbox.hpp>

#include <atomic>
#include <functional>

namespace tidings::detail {

/// What a whole server may hold for its clients, and holds, as its loops have told so far.
struct buffer_budget
{
    std::size_t limit; ///< in bytes; 0: none
    std::atomic<std::size_t> held{0};

    std::size_t excess() const noexcept { return limit != 0 && held > limit ? held - limit : 0; }
};

/// What one loop of a server holds for its clients: requests that come in, what lies behind a request that is
/// being answered, and bytes that have not been sent. Counted by the loop alone; told to the server's sum
/// when it has changed by a step. On the loop's thread, but for `told`.
class loop_buffers final : internal::outbox_watch
{
public:
    loop_buffers(boost::asio::execution_context& loop, buffer_budget& sum);
    ~loop_buffers();
    loop_buffers(loop_buffers const&) = delete;
    loop_buffers& operator=(loop_buffers const&) = delete;

    /// A client's share of input has changed.
    void change(std::size_t before, std::size_t after)
    {
        input_ += after - before;
        if ((input_ > told_input_ ? input_ - told_input_ : told_input_ - input_) >= step)
            tell();
    }

    /// What the sum knows of this loop. From any thread.
    std::size_t told() const noexcept { return told_; }

    /// Called when the sum has grown over its limit, maybe from within a call that appends or reads: it must
    /// touch no connection in this turn. Given before the loop runs.
    std::function<void()> on_excess;
    /// The same whenever the sum is told anew; may be empty.
    std::function<void()> on_step;

private:
    void on_outboxes(std::size_t bytes) override;
    void tell();

    internal::block_pool& outbox_blocks_;
    buffer_budget& sum_;
    std::size_t input_ = 0;
    std::size_t told_input_ = 0;
    std::size_t outboxes_ = 0;
    std::atomic<std::size_t> told_{0};
};

} // namespace tidings::detail
