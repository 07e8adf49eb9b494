// SPDX-License-Identifier: BSL-1.0
#include "http2_frames.hpp"

#include <array>
#include <cstddef>

namespace tidings::test::h2 {

namespace {

constexpr std::size_t head_size = 9;

char byte(std::uint32_t value)
{
    return static_cast<char>(value & 0xFFU);
}

std::uint32_t read_number(std::string_view bytes, std::size_t size)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i != size; ++i)
        value = value << 8U | static_cast<std::uint8_t>(bytes.at(i));
    return value;
}

} // namespace

std::string number(std::uint32_t value)
{
    return {byte(value >> 24U), byte(value >> 16U), byte(value >> 8U), byte(value)};
}

std::string number_16(std::uint16_t value)
{
    return number(value).substr(2);
}

std::string frame(unsigned type, unsigned flags, std::uint32_t stream, std::string_view payload)
{
    return number(static_cast<std::uint32_t>(payload.size())).substr(1) + byte(type) + byte(flags) +
           number(stream) + std::string(payload);
}

std::string integer(unsigned first, unsigned prefix_bits, std::uint32_t value)
{
    std::uint32_t const most = (1U << prefix_bits) - 1;
    if (value < most)
        return {byte(first | value)};
    std::string coded{byte(first | most)};
    for (value -= most; value >= 128; value >>= 7U)
        coded += byte(value | 0x80U);
    return coded += byte(value);
}

std::string text(std::string_view value)
{
    return integer(0, 7, static_cast<std::uint32_t>(value.size())) + std::string(value);
}

std::string literal(std::string_view name, std::string_view value)
{
    std::string coded(1, '\0');
    coded.append(text(name)).append(text(value));
    return coded;
}

std::string literals(field_list const& fields)
{
    std::string block;
    for (auto const& [name, value] : fields)
        block += literal(name, value);
    return block;
}

std::string settings_of(std::initializer_list<std::pair<unsigned, std::uint32_t>> entries)
{
    std::string payload;
    for (auto const& [name, value] : entries)
        payload += number_16(static_cast<std::uint16_t>(name)) + number(value);
    return frame(settings, 0, 0, payload);
}

std::optional<received_frame> take_frame(std::string& bytes)
{
    if (bytes.size() < head_size)
        return std::nullopt;
    std::size_t const size = read_number(bytes, 3);
    if (bytes.size() < head_size + size)
        return std::nullopt;
    received_frame taken{.type = static_cast<std::uint8_t>(bytes[3]),
                         .flags = static_cast<std::uint8_t>(bytes[4]),
                         .stream = read_number(std::string_view(bytes).substr(5), 4),
                         .payload = bytes.substr(head_size, size)};
    bytes.erase(0, head_size + size);
    return taken;
}

std::string error_name(std::string_view code)
{
    static constexpr std::array names{"NO_ERROR",
                                      "PROTOCOL_ERROR",
                                      "INTERNAL_ERROR",
                                      "FLOW_CONTROL_ERROR",
                                      "SETTINGS_TIMEOUT",
                                      "STREAM_CLOSED",
                                      "FRAME_SIZE_ERROR",
                                      "REFUSED_STREAM",
                                      "CANCEL",
                                      "COMPRESSION_ERROR",
                                      "CONNECT_ERROR",
                                      "ENHANCE_YOUR_CALM",
                                      "INADEQUATE_SECURITY",
                                      "HTTP_1_1_REQUIRED"};
    std::uint32_t const value = read_number(code, 4);
    return value < names.size() ? names[value] : std::to_string(value);
}

} // namespace tidings::test::h2
