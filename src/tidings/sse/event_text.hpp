// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tidings {

/// The text of one event or comment, encoded once and shared: it can be kept in a history, fanned out to many
/// streams, or sent repeatedly. A handle: copies share one immutable block, which is the only allocation.
/// Copying and reading are safe from any thread. Returned views stay valid as long as any copy lives.
class event_text
{
public:
    /// Empty text: sending it sends nothing.
    event_text() noexcept = default;

    /// Throws `std::invalid_argument` if the event cannot be sent; see `encoded_size`.
    explicit event_text(event const& value);

    /// The text of a comment; see `encode_comment`. Throws `std::invalid_argument` if it is not UTF-8.
    [[nodiscard]] static event_text comment(std::string_view text);

    /// Shares a block whose first `size` bytes were written by `encode` or `encode_comment`.
    event_text(std::shared_ptr<char[]> block, std::size_t size) noexcept
        : block_(std::move(block)), size_(size)
    {}

    // The wire text

    /// The whole text, including the blank line at the end, without any framing.
    [[nodiscard]] std::string_view text() const noexcept { return {block_.get(), size_}; }

    /// "id: 7\n", or empty if there is no id. It is always the beginning of `text()`.
    [[nodiscard]] std::string_view id_line() const noexcept;

    /// What follows the id line. A stream that carries several topics writes its own id line before it.
    [[nodiscard]] std::string_view body() const noexcept { return text().substr(id_line().size()); }

    // What it was made from

    [[nodiscard]] std::string_view id() const noexcept;

    /// Empty if the event has no type; a client then dispatches it as "message".
    [[nodiscard]] std::string_view type() const noexcept;

    /// False for comments and for events that carry only an id or a retry time: clients dispatch nothing for
    /// those.
    [[nodiscard]] bool has_data() const noexcept;

    /// The data as a client sees it, with lines joined by LF. Each call decodes it from the wire text.
    [[nodiscard]] std::string data() const;

private:
    explicit event_text(std::size_t size);

    std::shared_ptr<char[]> block_;
    std::size_t size_ = 0;
};

} // namespace tidings
