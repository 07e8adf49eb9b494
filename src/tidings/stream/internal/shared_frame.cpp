// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/internal/shared_frame.hpp>

#include <algorithm>
#include <utility>

namespace tidings::internal {

shared_frame::shared_frame(std::string_view text)
    : shared_frame(text.size(), 0, [text](char* at) { std::ranges::copy(text, at); })
{}

void shared_frame::put_in_front(std::string_view line) noexcept
{
    char* const text = block_.get() + text_begin_ - line.size();
    std::ranges::copy(line, text);
    frame(text, text_size_ + line.size());
}

// Puts the chunk around a text in the block.
void shared_frame::frame(char* text, std::size_t text_size) noexcept
{
    text_size_ = text_size;
    text_begin_ = chunk_header_size(text_size);
    size_ = text_begin_ + text_size + chunk_end.size();
    char* const begin = text - text_begin_;
    write_chunk_header(text_size, begin);
    std::ranges::copy(chunk_end, text + text_size);
    block_ = std::shared_ptr<char[]>(std::move(block_), begin);
}

} // namespace tidings::internal
