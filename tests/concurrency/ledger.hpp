// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace tidings::test {

/// Keeps account of numbered items: each one that a channel accepted must be received exactly once, and no
/// other. From any thread.
class ledger
{
public:
    explicit ledger(long count) : entries_(static_cast<std::size_t>(count)) {}

    /// The next item to send, or -1 when all have been drawn.
    long draw()
    {
        long const item = drawn_.fetch_add(1, std::memory_order_relaxed);
        return item < static_cast<long>(entries_.size()) ? item : -1;
    }

    void accepted(long item) { entry(item).fetch_add(sent, std::memory_order_relaxed); }
    void received(long item) { entry(item).fetch_add(arrived, std::memory_order_relaxed); }

    /// Prints the account; true when it balances.
    bool close(char const* what, char const* where, double seconds) const
    {
        long sends = 0, receipts = 0, lost = 0, surplus = 0;
        std::int64_t sum_sent = 0, sum_received = 0;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            unsigned const seen = entries_[i].load(std::memory_order_relaxed);
            bool const was_sent = seen % arrived != 0;
            unsigned const times = seen / arrived;
            sends += was_sent;
            receipts += times;
            lost += was_sent && times == 0;
            surplus += times > (was_sent ? 1u : 0u);
            sum_sent += was_sent ? static_cast<std::int64_t>(i) : 0;
            sum_received += static_cast<std::int64_t>(i) * times;
        }
        bool const balanced =
            lost == 0 && surplus == 0 && sum_sent == sum_received && sends == receipts && sends > 0;
        std::printf("%-28s %-12s %9ld accepted %9ld received %ld lost %ld surplus, %.2f s%s\n", what, where,
                    sends, receipts, lost, surplus, seconds, balanced ? "" : "  WRONG");
        std::fflush(stdout);
        return balanced;
    }

private:
    static constexpr std::uint8_t sent = 1;
    static constexpr std::uint8_t arrived = 16;

    std::atomic<std::uint8_t>& entry(long item) { return entries_.at(static_cast<std::size_t>(item)); }

    std::vector<std::atomic<std::uint8_t>> entries_;
    std::atomic<long> drawn_{0};
};

} // namespace tidings::test
