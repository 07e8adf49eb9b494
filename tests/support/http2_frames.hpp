// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HTTP/2 as bytes, right or wrong, without a library that would see to it that it is right.
namespace tidings::test::h2 {

inline constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum frame_type : std::uint8_t // RFC 9113, 6
{
    data,
    headers,
    priority,
    rst_stream,
    settings,
    push_promise,
    ping,
    goaway,
    window_update,
    continuation,
};

inline constexpr unsigned end_stream = 0x1;
inline constexpr unsigned ack = 0x1;
inline constexpr unsigned end_headers = 0x4;
inline constexpr unsigned padded = 0x8;
inline constexpr unsigned with_priority = 0x20;

using field_list = std::vector<std::pair<std::string, std::string>>;

/// Big endian, in four bytes, or two.
std::string number(std::uint32_t value);
std::string number_16(std::uint16_t value);

std::string frame(unsigned type, unsigned flags, std::uint32_t stream, std::string_view payload = {});

/// HPACK: an integer behind the bits of its first byte (RFC 7541, 5.1); text without Huffman (5.2); fields
/// that use no table (6.2.2).
std::string integer(unsigned first, unsigned prefix_bits, std::uint32_t value);
std::string text(std::string_view value);
std::string literal(std::string_view name, std::string_view value);
std::string literals(field_list const& fields);

/// SETTINGS with these entries.
std::string settings_of(std::initializer_list<std::pair<unsigned, std::uint32_t>> entries);

struct received_frame
{
    unsigned type = 0;
    unsigned flags = 0;
    std::uint32_t stream = 0;
    std::string payload{};
};

/// Takes the first whole frame off the front of `bytes`.
std::optional<received_frame> take_frame(std::string& bytes);

/// "PROTOCOL_ERROR" (RFC 9113, 7), for the code at the front of these bytes.
std::string error_name(std::string_view code);

} // namespace tidings::test::h2
