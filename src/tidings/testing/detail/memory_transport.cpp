// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/response_head.hpp>
#include <tidings/testing/detail/memory_transport.hpp>

#include <algorithm>
#include <utility>

namespace tidings::testing::detail {

void memory_transport::take_answer(received_head head, std::string body)
{
    head_ = std::move(head);
    text_ = std::move(body);
}

std::string memory_transport::stream_head(int status, headers const& fields)
{
    head_ = received_head(tidings::internal::stream_head(status, fields, {}));
    return {}; // kept apart from the body, which is all that `text` shows
}

internal::write_result memory_transport::write(std::span<boost::asio::const_buffer const> pieces)
{
    if (is_gone_)
        return {.is_gone = true};
    if (is_closed_)
        return {.taken = boost::asio::buffer_size(pieces)};
    std::size_t taken = 0;
    for (auto const& piece : pieces) {
        std::size_t const part = std::min(piece.size(), capacity_);
        text_.append(static_cast<char const*>(piece.data()), part);
        taken += part;
        if (capacity_ != unlimited)
            capacity_ -= part;
    }
    return {.taken = taken};
}

} // namespace tidings::testing::detail
