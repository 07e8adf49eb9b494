// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/internal/block_pool.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/container/static_vector.hpp>

#include <cstddef>

namespace tidings::detail {

/// The most pieces of one origin, outbox or topic, in one gathered write; the kernel takes 1024 in all.
inline constexpr std::size_t gather_limit = 64;

/// The pieces of one gathered write. Not an array: that one would clear all its places for each delivery of a
/// single piece.
using piece_list = boost::container::static_vector<boost::asio::const_buffer, 2 * gather_limit>;

/// The unsent bytes of one stream, in order, in blocks of its loop's pool. Empty, it owns nothing.
class outbox
{
public:
    explicit outbox(internal::block_pool& pool) noexcept : pool_(&pool) {}
    ~outbox() { clear(); }
    outbox(outbox const&) = delete;
    outbox& operator=(outbox const&) = delete;

    std::size_t size() const noexcept { return size_; }
    bool is_empty() const noexcept { return size_ == 0; }

    /// `size` bytes in one piece at the end, to be written at once. Not 0.
    char* extend(std::size_t size);

    void append(char const* bytes, std::size_t size);

    /// Appends views of the oldest bytes, `gather_limit` pieces at most.
    void gather(piece_list& into) const noexcept;

    /// The oldest `count` bytes have left.
    void consume(std::size_t count) noexcept;
    void clear() noexcept;

private:
    internal::block_pool* pool_;
    internal::block* first_ = nullptr;
    internal::block* last_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace tidings::detail
