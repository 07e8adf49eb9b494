// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/compression/detail/zstd_coding.hpp>

#include <fmt/format.h>

#include <new>
#include <stdexcept>
#include <zstd.h>

namespace tidings::detail {

class zstd_state
{
public:
    zstd_state()
    {
        if (!context_)
            throw std::bad_alloc();
    }

    std::string compress(std::string_view text)
    {
        constexpr int level = 1;
        std::string made(ZSTD_compressBound(text.size()), '\0');
        std::size_t const size =
            ZSTD_compressCCtx(context_.get(), made.data(), made.size(), text.data(), text.size(), level);
        if (ZSTD_isError(size) != 0)
            throw std::runtime_error(
                fmt::format("tidings: zstd cannot compress an event: {}", ZSTD_getErrorName(size)));
        made.resize(size);
        return made;
    }

private:
    struct release
    {
        void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
    };
    std::unique_ptr<ZSTD_CCtx, release> context_{ZSTD_createCCtx()};
};

zstd_coding::zstd_coding()
    : idle_(std::make_unique<state_pool<zstd_state>>()), keep_alive_(encode(internal::keep_alive_text))
{}

zstd_coding::~zstd_coding() = default;

internal::coded_piece zstd_coding::encode(std::string_view text) const
{
    std::string const bytes = idle_->with([&](zstd_state& state) { return state.compress(text); });
    return {.frame = internal::shared_frame(bytes), .text_size = text.size()};
}

} // namespace tidings::detail
