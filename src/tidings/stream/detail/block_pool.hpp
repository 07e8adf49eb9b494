// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/internal/outbox_watch.hpp>

#include <boost/asio/execution_context.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace tidings::detail {

/// Bytes on their way out. `begin` to `end` are unsent; there is room up to `capacity`.
struct block
{
    block* next;
    std::size_t begin;
    std::size_t end;
    std::size_t capacity;

    char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
    std::size_t room() const noexcept { return capacity - end; }
};

/// The blocks of one loop: given back when a stream has drained, so that idle streams hold none. Keeps a
/// bounded number of free ones. On the loop's thread only.
class block_pool final : public boost::asio::execution_context::service
{
public:
    using key_type = block_pool;
    static inline boost::asio::execution_context::id id;

    static constexpr std::size_t block_capacity = 4096 - sizeof(block);
    static constexpr std::size_t free_limit = 256;

    explicit block_pool(boost::asio::execution_context& context) : service(context) {}
    ~block_pool() override;

    /// A block with room for `size` bytes at least.
    block* take(std::size_t size);
    void give_back(block* used) noexcept;

    void add(internal::outbox_watch& watch);
    void remove(internal::outbox_watch& watch) noexcept;

private:
    void shutdown() override {}
    void tell();

    block* free_ = nullptr;
    std::size_t free_count_ = 0;
    std::size_t held_ = 0; // the capacity of all blocks that were taken
    std::size_t told_ = 0; // to the watches
    std::vector<internal::outbox_watch*> watches_;
};

} // namespace tidings::detail
