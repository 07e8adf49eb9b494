// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/compression/detail/state_pool.hpp>
#include <tidings/stream/internal/content_coding.hpp>

namespace tidings::detail {

class zstd_state;

/// zstd (RFC 8878): a body is frames one after the other, and each piece is a whole frame. What would grow is
/// in a raw block of its frame, which the library sees to.
class zstd_coding final : public internal::content_coding
{
public:
    zstd_coding();
    ~zstd_coding() override;

    std::string_view name() const noexcept override { return "zstd"; }
    std::size_t index() const noexcept override { return 1; }
    internal::shared_frame body_begin() const override { return {}; }
    internal::coded_piece encode(std::string_view text) const override;
    internal::coded_piece const& keep_alive() const noexcept override { return keep_alive_; }
    std::uint32_t join(std::uint32_t, internal::coded_piece const&) const noexcept override { return 0; }
    internal::shared_frame body_end(std::uint32_t, std::uint64_t) const override { return {}; }

private:
    std::unique_ptr<state_pool<zstd_state>> idle_;
    internal::coded_piece keep_alive_;
};

} // namespace tidings::detail
