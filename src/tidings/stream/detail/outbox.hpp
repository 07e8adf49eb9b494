// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/detail/block_pool.hpp>

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <span>

namespace tidings::detail {

/// The unsent bytes of one stream, in order, in blocks of its loop's pool. Empty, it owns nothing.
class outbox
{
public:
    explicit outbox(block_pool& pool) noexcept : pool_(&pool) {}
    ~outbox() { clear(); }
    outbox(outbox const&) = delete;
    outbox& operator=(outbox const&) = delete;

    std::size_t size() const noexcept { return size_; }
    bool is_empty() const noexcept { return size_ == 0; }

    /// `size` bytes in one piece at the end, to be written at once. Not 0.
    char* extend(std::size_t size);

    void append(char const* bytes, std::size_t size);

    /// Views of the oldest bytes, as many pieces as fit; the used part of `into`.
    std::span<boost::asio::const_buffer const>
    gather(std::span<boost::asio::const_buffer> into) const noexcept;

    /// The oldest `count` bytes have left.
    void consume(std::size_t count) noexcept;
    void clear() noexcept;

private:
    block_pool* pool_;
    block* first_ = nullptr;
    block* last_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace tidings::detail
