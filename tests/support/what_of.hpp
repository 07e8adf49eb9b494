// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <string>

namespace tidings::test {

/// The message of an exception; "nothing" for none.
inline std::string what_of(std::exception_ptr const& failure)
{
    try {
        if (failure)
            std::rethrow_exception(failure);
    } catch (std::exception const& error) {
        return error.what();
    }
    return "nothing";
}

} // namespace tidings::test
