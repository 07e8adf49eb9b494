// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/describe_exception.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

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

bool is_aborted_operation(std::exception_ptr const& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (boost::system::system_error const& error) {
        return error.code() == boost::asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

} // namespace tidings::detail
