// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/compression/detail/gzip_coding.hpp>

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>
#include <zlib.h>

namespace tidings::detail {

/// What zlib needs for raw deflate: 268 KB.
class deflate_state
{
public:
    deflate_state()
    {
        constexpr int raw_window_bits = -15;
        constexpr int memory_level = 8;
        if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, raw_window_bits, memory_level,
                         Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~deflate_state() { deflateEnd(&stream_); }
    deflate_state(deflate_state const&) = delete;
    deflate_state& operator=(deflate_state const&) = delete;

    /// The text, up to a full flush; empty if it would take `limit` bytes or more.
    std::string deflate(std::string_view text, std::size_t limit)
    {
        std::string made(limit, '\0');
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); // it only reads
        stream_.avail_in = static_cast<uInt>(text.size());
        stream_.next_out = reinterpret_cast<Bytef*>(made.data());
        stream_.avail_out = static_cast<uInt>(limit);
        ::deflate(&stream_, Z_FULL_FLUSH);
        made.resize(stream_.avail_out == 0 ? 0 : limit - stream_.avail_out);
        deflateReset(&stream_);
        return made;
    }

private:
    z_stream stream_{};
};

namespace {

constexpr std::size_t longest_stored = 0xffff;
constexpr std::size_t stored_header_size = 5;

void append_number(std::string& to, std::uint64_t value, int bytes)
{
    for (; bytes > 0; --bytes, value >>= 8)
        to += static_cast<char>(value & 0xff);
}

std::size_t stored_size(std::size_t text_size)
{
    return text_size + stored_header_size * ((text_size + longest_stored - 1) / longest_stored);
}

// The text as it is, in stored blocks (RFC 1951, 3.2.4).
std::string stored(std::string_view text)
{
    std::string made;
    made.reserve(stored_size(text.size()));
    while (!text.empty()) {
        std::string_view const piece = text.substr(0, longest_stored);
        made += '\0'; // stored, and not the last block
        append_number(made, piece.size(), 2);
        append_number(made, ~piece.size(), 2);
        made += piece;
        text.remove_prefix(piece.size());
    }
    return made;
}

} // namespace

gzip_coding::gzip_coding()
    : idle_(std::make_unique<state_pool<deflate_state>>()), keep_alive_(encode(internal::keep_alive_text))
{}

gzip_coding::~gzip_coding() = default;

// Deflate, no flags, no time, an unknown system.
internal::shared_frame gzip_coding::body_begin() const
{
    return internal::shared_frame(std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10));
}

internal::coded_piece gzip_coding::encode(std::string_view text) const
{
    std::size_t const most = stored_size(text.size());
    if (most > std::numeric_limits<uInt>::max())
        throw std::length_error("tidings: zlib compresses no event of 4 GiB or more");
    std::string bytes = idle_->with([&](deflate_state& state) { return state.deflate(text, most); });
    if (bytes.empty())
        bytes = stored(text);
    return {.frame = internal::shared_frame(bytes),
            .checksum = static_cast<std::uint32_t>(
                crc32_z(0, reinterpret_cast<Bytef const*>(text.data()), text.size())),
            .joiner = static_cast<std::uint32_t>(crc32_combine_gen(static_cast<z_off_t>(text.size()))),
            .text_size = text.size()};
}

std::uint32_t gzip_coding::join(std::uint32_t checksum, internal::coded_piece const& next) const noexcept
{
    return static_cast<std::uint32_t>(crc32_combine_op(checksum, next.checksum, next.joiner));
}

// An empty last block, and the trailer.
internal::shared_frame gzip_coding::body_end(std::uint32_t checksum, std::uint64_t text_size) const
{
    std::string made("\x03\0", 2);
    append_number(made, checksum, 4);
    append_number(made, text_size, 4); // modulo 2^32
    return internal::shared_frame(made);
}

} // namespace tidings::detail
