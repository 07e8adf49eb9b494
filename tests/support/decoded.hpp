// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zlib.h>
#ifdef TIDINGS_HAS_ZSTD
#include <zstd.h>
#endif

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tidings::test {

/// What a client makes of what it has of a body.
struct decoded
{
    std::string text;
    bool is_whole = false; ///< gzip: the trailer was there, and right; zstd: it ends with a whole frame
};

/// By zlib, byte by byte as it comes. Throws for what is no gzip, and for a trailer that is wrong.
inline decoded decode_gzip(std::string_view bytes)
{
    z_stream stream{};
    constexpr int with_gzip_header = 16 + 15;
    inflateInit2(&stream, with_gzip_header);
    decoded made;
    std::array<char, 4096> part{};
    for (char byte : bytes) {
        stream.next_in = reinterpret_cast<Bytef*>(&byte);
        stream.avail_in = 1;
        do {
            stream.next_out = reinterpret_cast<Bytef*>(part.data());
            stream.avail_out = static_cast<uInt>(part.size());
            int const result = inflate(&stream, Z_SYNC_FLUSH);
            made.text.append(part.data(), part.size() - stream.avail_out);
            if (result == Z_STREAM_END)
                made.is_whole = true;
            else if (result != Z_OK && result != Z_BUF_ERROR) {
                inflateEnd(&stream);
                throw std::runtime_error("no gzip");
            }
        } while (stream.avail_out == 0);
    }
    inflateEnd(&stream);
    return made;
}

#ifdef TIDINGS_HAS_ZSTD
/// By zstd, byte by byte as it comes. Throws for what is no zstd.
inline decoded decode_zstd(std::string_view bytes)
{
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> const context(ZSTD_createDCtx(), ZSTD_freeDCtx);
    decoded made;
    made.is_whole = true; // of nothing
    std::array<char, 4096> part{};
    for (char const& byte : bytes) {
        ZSTD_inBuffer in{&byte, 1, 0};
        ZSTD_outBuffer out{};
        do {
            out = {part.data(), part.size(), 0};
            std::size_t const left = ZSTD_decompressStream(context.get(), &out, &in);
            if (ZSTD_isError(left) != 0)
                throw std::runtime_error("no zstd");
            made.text.append(part.data(), out.pos);
            made.is_whole = left == 0;
        } while (out.pos == out.size);
    }
    return made;
}
#endif

} // namespace tidings::test
