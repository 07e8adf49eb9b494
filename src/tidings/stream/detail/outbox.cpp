// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/detail/outbox.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace tidings::detail {

char* outbox::extend(std::size_t size)
{
    if (!last_ || last_->room() < size) {
        internal::block* const added = pool_->take(size);
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
        std::size_t const piece = std::min(size, room != 0 ? room : internal::block_pool::block_capacity);
        std::memcpy(extend(piece), bytes, piece);
        bytes += piece;
        size -= piece;
    }
}

void outbox::gather(piece_list& into) const noexcept
{
    std::size_t room = gather_limit;
    for (internal::block* at = first_; at && room > 0; at = at->next, --room)
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

} // namespace tidings::detail
