// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/internal/block_pool.hpp>

#include <algorithm>
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

} // namespace tidings::internal
