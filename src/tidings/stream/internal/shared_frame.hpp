// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/response_framing.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/stream/internal/transport.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace tidings::internal {

class coded_forms;

/// One event as it leaves to many streams: its text, with its HTTP/1.1 chunk around it, in one shared block.
/// A handle: copies share the bytes. Copying and reading are safe from any thread.
class shared_frame
{
public:
    shared_frame() = default;
    explicit shared_frame(std::string_view text)
        : shared_frame(text.size(), 0, [text](char* at) { std::ranges::copy(text, at); })
    {}

    /// Text of `size` bytes that `write(char*)` writes in place, and room in front of it for a line that is
    /// known later, see `put_in_front`.
    template <typename Write>
    shared_frame(std::size_t size, std::size_t room, Write&& write)
    {
        std::size_t const before = chunk_header_size(room + size) + room;
        block_ = std::make_shared_for_overwrite<char[]>(before + size + chunk_end.size());
        write(block_.get() + before);
        frame(block_.get() + before, size);
    }

    /// Puts a line in front of the text, into the room that was left for it. Only while there is no copy.
    void put_in_front(std::string_view line) noexcept
    {
        char* const text = block_.get() + text_begin_ - line.size();
        std::ranges::copy(line, text);
        frame(text, text_size_ + line.size());
    }

    /// From now on all copies share what it is in each content coding. Only while there is no copy.
    void share(std::shared_ptr<coded_forms> forms) noexcept { forms_ = std::move(forms); }
    /// Null if they are not shared.
    coded_forms* forms() const noexcept { return forms_.get(); }

    /// The bytes for a transport of that framing. They live as long as any copy.
    std::string_view bytes(framing wanted) const noexcept
    {
        return wanted == framing::chunked ? std::string_view(block_.get(), size_) : text();
    }

    /// The event's text, free of any framing: "id: …\nevent: …\ndata: …\n\n".
    std::string_view text() const noexcept { return {block_.get() + text_begin_, text_size_}; }

    /// The same text as a value of its own, to look into; it shares the bytes.
    event_text event() const
    {
        return event_text(std::shared_ptr<char[]>(block_, block_.get() + text_begin_), text_size_);
    }

private:
    // Puts the chunk around a text in the block.
    void frame(char* text, std::size_t text_size) noexcept
    {
        text_size_ = text_size;
        text_begin_ = chunk_header_size(text_size);
        size_ = text_begin_ + text_size + chunk_end.size();
        write_chunk_header(text_size, text);
        std::ranges::copy(chunk_end, text + text_size);
        block_ = std::shared_ptr<char[]>(std::move(block_), text - text_begin_);
    }

    std::shared_ptr<coded_forms> forms_;
    std::shared_ptr<char[]> block_; // points to the chunk, which may begin behind room that is not used
    std::size_t size_ = 0;
    std::size_t text_begin_ = 0;
    std::size_t text_size_ = 0;
};

} // namespace tidings::internal
