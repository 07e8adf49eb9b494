// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/container/static_vector.hpp>

#include <cstddef>
#include <vector>

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

    /// Has the watch told from now on; it outlives the loop's writers, or is taken off before.
    void add(outbox_watch& watch);
    void remove(outbox_watch& watch) noexcept;

private:
    void shutdown() override {}
    void tell();

    block* free_ = nullptr;
    std::size_t free_count_ = 0;
    std::size_t held_ = 0; // the capacity of all blocks that were taken
    std::size_t told_ = 0; // to the watches
    std::vector<outbox_watch*> watches_;
};

/// The most pieces of one origin, outbox or topic, in one gathered write; the kernel takes 1024 in all.
inline constexpr std::size_t gather_limit = 64;

/// The pieces of one gathered write. Not an array: that one would clear all its places for each delivery of a
/// single piece.
using piece_list = boost::container::static_vector<boost::asio::const_buffer, 2 * gather_limit>;

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

    /// Appends views of the oldest bytes, `gather_limit` pieces at most.
    void gather(piece_list& into) const noexcept;

    /// The oldest `count` bytes have left.
    void consume(std::size_t count) noexcept;
    void clear() noexcept;

private:
    block_pool* pool_;
    block* first_ = nullptr;
    block* last_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace tidings::internal
