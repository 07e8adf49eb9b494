// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event_text.hpp>
#include <tidings/stream/internal/transport.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace tidings::internal {

/// One event as it leaves to many streams: its text, with its HTTP/1.1 chunk around it, in one shared block.
/// A handle: copies share the bytes. Copying and reading are safe from any thread.
class shared_frame
{
public:
    shared_frame() = default;
    explicit shared_frame(std::string_view text);

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
    std::shared_ptr<char[]> block_;
    std::size_t size_ = 0;
    std::size_t text_begin_ = 0;
    std::size_t text_size_ = 0;
};

} // namespace tidings::internal
