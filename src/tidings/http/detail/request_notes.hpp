// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tidings::detail {

/// Names a type without RTTI. Its address tells one type from another.
template <typename T>
std::string_view type_name() noexcept
{
    return __PRETTY_FUNCTION__;
}

/// Throws `std::logic_error`: who reads a value expects another type than it has.
[[noreturn]] void refuse_type(std::string_view expected, std::string_view actual);

/// What checks and middleware have found out about a request.
struct request_notes
{
    std::string principal;
    std::shared_ptr<void const> value;
    std::string_view (*type)() noexcept = nullptr; ///< of the value
};

} // namespace tidings::detail
