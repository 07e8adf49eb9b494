// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/chunk.hpp>
#include <tidings/stream/internal/shared_frame.hpp>

#include <algorithm>

namespace tidings::internal {

shared_frame::shared_frame(std::string_view text) : text_size_(text.size())
{
    text_begin_ = chunk_header_size(text.size());
    size_ = text_begin_ + text.size() + chunk_end.size();
    block_ = std::make_shared_for_overwrite<char[]>(size_);
    char* at = write_chunk_header(text.size(), block_.get());
    at = std::copy(text.begin(), text.end(), at);
    std::copy(chunk_end.begin(), chunk_end.end(), at);
}

} // namespace tidings::internal
