// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tidings {

/// The text of one event or comment, encoded once and shared: what is kept in a history, fanned out to many
/// streams, or sent again and again. A handle: copies share one immutable block, which is the only
/// allocation. Copying and reading are safe from any thread. Views that it returns live as long as any copy.
class event_text
{
public:
    /// Empty text; nothing would be sent.
    event_text() noexcept = default;

    /// Throws `std::invalid_argument` if the event cannot be sent, see `encoded_size`.
    explicit event_text(event const& value);

    /// The text of a comment, see `encode_comment`. Throws `std::invalid_argument` if it is not UTF-8.
    [[nodiscard]] static event_text comment(std::string_view text);

    /// Shares a block whose first `size` bytes are what `encode` or `encode_comment` has written.
    event_text(std::shared_ptr<char[]> block, std::size_t size) noexcept
        : block_(std::move(block)), size_(size)
    {}

    // The wire text

    /// All of it, with the blank line at the end, free of any framing.
    [[nodiscard]] std::string_view text() const noexcept { return {block_.get(), size_}; }

    /// "id: 7\n", or nothing if there is no id. Always the beginning of `text()`.
    [[nodiscard]] std::string_view id_line() const noexcept;

    /// What follows the id line: a stream that carries several topics writes an id line of its own before it.
    [[nodiscard]] std::string_view body() const noexcept { return text().substr(id_line().size()); }

    // What it was made from

    [[nodiscard]] std::string_view id() const noexcept;

    /// Empty if the event has no type; a client then dispatches it as "message".
    [[nodiscard]] std::string_view type() const noexcept;

    /// False for comments and for events that only carry an id or a retry time: clients dispatch nothing
    /// then.
    [[nodiscard]] bool has_data() const noexcept;

    /// The data as a client sees it, lines joined by LF. Read back from the wire text at each call.
    [[nodiscard]] std::string data() const;

private:
    explicit event_text(std::size_t size);

    std::shared_ptr<char[]> block_;
    std::size_t size_ = 0;
};

} // namespace tidings
