// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tidings::detail {

/// Open streams or connections, all and by the client's address. Safe from any thread; outlives its places.
class address_counts
{
    struct streams
    {
        address_counts* of;
        std::size_t count = 0;
    };
    using entry = std::unordered_map<std::string, streams>::value_type;

public:
    /// One that is counted; gives its place back when destroyed.
    class place
    {
    public:
        place() = default;
        place(place&& other) noexcept : at_(std::exchange(other.at_, nullptr)) {}
        place& operator=(place&& other) noexcept
        {
            std::swap(at_, other.at_);
            return *this;
        }
        ~place();

        /// Of its address now, with this one; 0 when nothing is counted.
        std::size_t count() const noexcept;

        /// Stays counted until `remove`.
        void release() noexcept { at_ = nullptr; }

    private:
        friend class address_counts;

        entry* at_ = nullptr;
    };

    [[nodiscard]] place add(std::string_view address);

    /// Gives back one place that was released.
    void remove(std::string_view address);

    /// Of this address now.
    std::size_t count(std::string_view address);

    /// Of all addresses.
    std::size_t all() const noexcept { return all_; }

private:
    std::mutex lock_;
    std::atomic<std::size_t> all_{0};
    std::unordered_map<std::string, streams> counts_; // its entries keep their addresses
};

} // namespace tidings::detail
