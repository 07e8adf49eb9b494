// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/status.hpp>

#include <boost/beast/http/status.hpp>

namespace tidings::internal {

std::string_view status_text(int status) noexcept
{
    namespace http = boost::beast::http;
    auto const known = http::int_to_status(static_cast<unsigned>(status));
    if (known == http::status::unknown)
        return "Unknown";
    return http::obsolete_reason(known);
}

} // namespace tidings::internal
