// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/describe_exception.hpp>

namespace tidings::detail {

std::string describe(std::exception_ptr const& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& error) {
        return error.what();
    } catch (...) {
        return "an exception that is not a std::exception";
    }
}

} // namespace tidings::detail
