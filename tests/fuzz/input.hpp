// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidings::fuzz {

/// The bytes of one run, as text and choices. Choices are taken off the end and text off the front, so that a
/// file of a corpus is text that can be read, with a few bytes behind it.
class input
{
public:
    input(std::uint8_t const* data, std::size_t size) : rest_(reinterpret_cast<char const*>(data), size) {}

    bool is_empty() const noexcept { return rest_.empty(); }

    /// A number from 0 to `most`, which is below 256; 0 once all bytes are taken.
    std::size_t choose(std::size_t most) noexcept
    {
        if (rest_.empty())
            return 0;
        auto const byte = static_cast<unsigned char>(rest_.back());
        rest_.remove_suffix(1);
        return byte % (most + 1);
    }

    /// So many bytes, or what is left.
    std::string_view text(std::size_t size) noexcept
    {
        auto const taken = rest_.substr(0, std::min(size, rest_.size()));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view rest() noexcept { return text(rest_.size()); }

private:
    std::string_view rest_;
};

} // namespace tidings::fuzz
