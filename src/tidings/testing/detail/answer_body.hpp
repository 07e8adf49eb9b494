// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings::testing {

class received_head;

namespace detail {

/// Takes the body of an answer out of the bytes that a client gets: by its length, its chunks, or up to the
/// end of the connection. Pure.
class answer_body
{
public:
    static constexpr std::size_t unlimited = std::string::npos;

    answer_body() = default;
    /// `is_absent`: whatever the head says, as in an answer to HEAD.
    explicit answer_body(received_head const& head, bool is_absent = false);

    /// Appends to `body` what the bytes hold of it, and stops behind `most` bytes of it; how many bytes were
    /// taken. Throws what `std::stoul` throws for the size of a chunk that is none.
    std::size_t feed(std::string_view bytes, std::string& body, std::size_t most = unlimited);
    /// The connection has ended, and properly.
    void end_of_connection() noexcept { is_complete_ = is_complete_ || is_to_end_; }
    /// Whether the body has had its proper end.
    bool is_complete() const noexcept { return is_complete_; }

private:
    void take_line();

    std::size_t left_ = unlimited; // of the chunk, or of the body
    std::string line_;             // between two chunks
    bool is_to_end_ = true;
    bool is_chunked_ = false;
    bool is_behind_last_ = false;
    bool is_complete_ = false;
};

} // namespace detail
} // namespace tidings::testing
