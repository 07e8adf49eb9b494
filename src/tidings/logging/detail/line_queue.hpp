// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace tidings::detail {

/// Lines on their way from any thread to the one that writes them, bounded in bytes. Nobody waits but the
/// writer.
class line_queue
{
public:
    explicit line_queue(std::size_t bytes) : most_(bytes) {}

    struct batch
    {
        std::vector<std::string> lines;
        std::uint64_t left_out = 0; ///< behind them
        bool is_last = false;
    };

    void push(std::string line) noexcept;
    /// Counts one that was not even pushed. The writer hears of it with the next line, so that a flood that
    /// is left out causes no lines.
    void leave_out() noexcept;
    /// Waits for lines, or for the end.
    batch take();
    /// What is pushed from here on is dropped.
    void end() noexcept;

    /// In all, with those that the writer could not write.
    std::uint64_t left_out() const;

private:
    std::size_t const most_;
    mutable std::mutex lock_;
    std::condition_variable has_news_;
    std::vector<std::string> lines_;
    std::size_t bytes_ = 0;
    std::uint64_t left_out_ = 0;        // since the start
    std::uint64_t left_out_before_ = 0; // when the last batch was taken
    bool has_ended_ = false;
};

} // namespace tidings::detail
