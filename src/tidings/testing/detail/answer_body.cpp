// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/response_framing.hpp>
#include <tidings/testing/detail/answer_body.hpp>
#include <tidings/testing/received_head.hpp>

#include <algorithm>

namespace tidings::testing::detail {

answer_body::answer_body(received_head const& head, bool is_absent)
    : is_chunked_(head.header("Transfer-Encoding") == "chunked")
{
    bool const has_length = head.has_header("Content-Length");
    is_to_end_ = !is_chunked_ && !has_length;
    if (is_chunked_)
        left_ = 0;
    else if (has_length)
        left_ = std::stoul(head.header("Content-Length"));
    is_complete_ = is_absent || !internal::status_allows_body(head.status()) || (!is_chunked_ && left_ == 0);
}

std::size_t answer_body::feed(std::string_view bytes, std::string& body, std::size_t most)
{
    std::size_t taken = 0;
    while (!is_complete_ && most != 0 && taken != bytes.size()) {
        if (left_ == 0) {
            line_ += bytes[taken++];
            if (line_.ends_with("\r\n"))
                take_line();
            continue;
        }
        std::size_t const part = std::min({left_, most, bytes.size() - taken});
        body += bytes.substr(taken, part);
        taken += part;
        most -= part;
        if (!is_to_end_)
            left_ -= part;
        is_complete_ = left_ == 0 && !is_chunked_;
    }
    return taken;
}

// The size of a chunk, or the empty line behind one.
void answer_body::take_line()
{
    if (line_ == "\r\n") {
        is_complete_ = is_behind_last_;
    } else {
        left_ = std::stoul(line_, nullptr, 16);
        is_behind_last_ = left_ == 0;
    }
    line_.clear();
}

} // namespace tidings::testing::detail
