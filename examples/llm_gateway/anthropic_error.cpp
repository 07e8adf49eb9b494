// SPDX-License-Identifier: BSL-1.0
#include "anthropic_error.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace gateway {

namespace json = boost::json;

namespace {

std::string_view error_type(int status)
{
    switch (status) {
    case 400:
        return "invalid_request_error";
    case 401:
        return "authentication_error";
    case 403:
        return "permission_error";
    case 404:
        return "not_found_error";
    case 429:
        return "rate_limit_error";
    case 503:
        return "overloaded_error";
    case 504:
        return "timeout_error";
    default:
        return "api_error";
    }
}

} // namespace

std::string error_message(std::string_view body)
{
    boost::system::error_code error;
    json::value const parsed = json::parse(body, error);
    auto const* const message = error ? nullptr : parsed.find_pointer("/error/message", error);
    return message && message->is_string() ? std::string(message->get_string())
                                           : "the model refused to answer";
}

std::string to_error(failure const& failed)
{
    json::object const what{{"type", error_type(failed.status())}, {"message", failed.what()}};
    return json::serialize(json::object{{"type", "error"}, {"error", what}});
}

} // namespace gateway
