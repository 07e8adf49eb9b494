// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/internal/aborted_operation.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace tidings::internal {

bool is_aborted_operation(std::exception_ptr const& failure) noexcept
{
    if (!failure)
        return false;
    try {
        std::rethrow_exception(failure);
    } catch (boost::system::system_error const& error) {
        return error.code() == boost::asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

} // namespace tidings::internal
