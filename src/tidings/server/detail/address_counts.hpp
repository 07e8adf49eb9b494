// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tidings::detail {

/// Open streams by the client's address. Safe from any thread.
class address_counts
{
public:
    /// One counted stream; gives its place back when destroyed.
    class place
    {
    public:
        place() = default;
        place(place&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), at_(other.at_), count_(other.count_)
        {}
        place& operator=(place&& other) noexcept
        {
            std::swap(of_, other.of_);
            std::swap(at_, other.at_);
            std::swap(count_, other.count_);
            return *this;
        }
        ~place();

        /// With this one.
        std::size_t count() const noexcept { return count_; }

    private:
        friend class address_counts;
        using entry = std::unordered_map<std::string, std::size_t>::value_type;

        address_counts* of_ = nullptr;
        entry* at_ = nullptr;
        std::size_t count_ = 0;
    };

    [[nodiscard]] place add(std::string_view address);

private:
    std::mutex lock_;
    std::unordered_map<std::string, std::size_t> counts_; // its entries keep their addresses
};

} // namespace tidings::detail
