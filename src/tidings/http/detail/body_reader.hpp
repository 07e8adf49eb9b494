// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/request_policy.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::detail {

/// Takes the body of an HTTP/1 request out of its framing, a length or chunks (RFC 9112, 6.2 and 7.1), from
/// bytes that come in any pieces, and gives it to the policy. Trailers are counted, and dropped.
class body_reader
{
public:
    /// Of the head that `into` has.
    explicit body_reader(internal::request_policy& into);

    /// Takes bytes off the front, up to the end of the body or to what is refused; their number.
    std::size_t read(std::string_view bytes);

    bool is_complete() const noexcept { return next_ == part::none; }
    internal::parse_error error() const noexcept { return error_; }

private:
    enum class part : std::uint8_t
    {
        data,
        end_of_chunk, // this one and the next two are lines
        size_of_chunk,
        trailer,
        none,
    };

    std::size_t take_data(std::string_view bytes);
    std::size_t take_line(std::string_view bytes);
    internal::parse_error end_line(std::string_view line);
    internal::parse_error begin_chunk(std::string_view line);

    internal::request_policy& into_;
    internal::parse_error error_;
    part next_ = part::none;
    bool is_chunked_;
    std::uint64_t data_left_ = 0; // of the body, or of the present chunk
    std::string line_;            // its beginning
    std::size_t scanned_ = 0;     // how much of it was looked at
    std::size_t gathered_ = 0;    // bytes of whole lines since the last data
    std::size_t framing_ = 0;     // bytes of all lines
};

} // namespace tidings::detail
