// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/compression/detail/state_pool.hpp>
#include <tidings/stream/internal/content_coding.hpp>

namespace tidings::detail {

class deflate_state;

/// gzip (RFC 1952): a header for each body, then pieces of raw deflate (RFC 1951) that end at a byte and look
/// back to nothing before them, as a full flush leaves them. Each knows its CRC, from which a body combines
/// that of its trailer.
class gzip_coding final : public internal::content_coding
{
public:
    gzip_coding();
    ~gzip_coding() override;

    std::string_view name() const noexcept override { return "gzip"; }
    std::size_t index() const noexcept override { return 0; }
    internal::shared_frame body_begin() const override;
    internal::coded_piece encode(std::string_view text) const override;
    internal::coded_piece const& keep_alive() const noexcept override { return keep_alive_; }
    std::uint32_t join(std::uint32_t checksum, internal::coded_piece const& next) const noexcept override;
    internal::shared_frame body_end(std::uint32_t checksum, std::uint64_t text_size) const override;

private:
    std::unique_ptr<state_pool<deflate_state>> idle_;
    internal::coded_piece keep_alive_;
};

} // namespace tidings::detail
