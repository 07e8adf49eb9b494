// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/describe_exception.hpp>

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace tidings::detail {

namespace {

std::string on_one_line(std::string_view text)
{
    std::string line;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '\n')
            line += "\\n";
        else if (byte < 0x20 || byte == 0x7f)
            fmt::format_to(std::back_inserter(line), "\\x{:02x}", byte);
        else
            line += c;
    }
    return line;
}

} // namespace

std::string describe(std::exception_ptr const& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& error) {
        return on_one_line(error.what());
    } catch (...) {
        return "an exception that is not a std::exception";
    }
}

} // namespace tidings::detail
