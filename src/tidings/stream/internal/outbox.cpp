// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/internal/outbox.hpp>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace tidings::internal {

block_pool::~block_pool()
{
    while (free_)
        ::operator delete(std::exchange(free_, free_->next));
}

block* block_pool::take(std::size_t size)
{
    std::size_t const capacity = std::max(size, block_capacity);
    held_ += capacity;
    if (held_ >= told_ + outbox_watch::step)
        tell();
    if (free_ && size <= block_capacity) {
        --free_count_;
        block* const taken = std::exchange(free_, free_->next);
        taken->next = nullptr;
        taken->begin = taken->end = 0;
        return taken;
    }
    return new (::operator new(sizeof(block) + capacity)) block{nullptr, 0, 0, capacity};
}

void block_pool::tell()
{
    told_ = held_;
    for (outbox_watch* const each : watches_)
        each->on_outboxes(held_);
}

void block_pool::add(outbox_watch& watch)
{
    watches_.push_back(&watch);
    watch.on_outboxes(held_);
}

void block_pool::remove(outbox_watch& watch) noexcept
{
    std::erase(watches_, &watch);
}

void block_pool::give_back(block* used) noexcept
{
    held_ -= used->capacity;
    if (held_ + outbox_watch::step <= told_)
        tell();
    if (used->capacity != block_capacity || free_count_ == free_limit) {
        ::operator delete(used);
        return;
    }
    used->next = free_;
    free_ = used;
    ++free_count_;
}

char* outbox::extend(std::size_t size)
{
    if (!last_ || last_->room() < size) {
        block* const added = pool_->take(size);
        *(last_ ? &last_->next : &first_) = added;
        last_ = added;
    }
    char* const place = last_->bytes() + last_->end;
    last_->end += size;
    size_ += size;
    return place;
}

void outbox::append(char const* bytes, std::size_t size)
{
    while (size != 0) {
        std::size_t const room = last_ ? last_->room() : 0;
        std::size_t const piece = std::min(size, room != 0 ? room : block_pool::block_capacity);
        std::memcpy(extend(piece), bytes, piece);
        bytes += piece;
        size -= piece;
    }
}

void outbox::gather(piece_list& into) const noexcept
{
    std::size_t room = gather_limit;
    for (block* at = first_; at && room > 0; at = at->next, --room)
        into.emplace_back(at->bytes() + at->begin, at->end - at->begin);
}

void outbox::consume(std::size_t count) noexcept
{
    size_ -= count;
    while (first_ && count >= first_->end - first_->begin) {
        count -= first_->end - first_->begin;
        pool_->give_back(std::exchange(first_, first_->next));
    }
    if (first_)
        first_->begin += count;
    else
        last_ = nullptr;
}

void outbox::clear() noexcept
{
    consume(size_);
}

} // namespace tidings::internal
