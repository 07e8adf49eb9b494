// SPDX-License-Identifier: BSL-1.0
#include "json_rpc.hpp"

#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <utility>

namespace mcp {

namespace json = boost::json;

std::string result_text(json::value id, json::object result)
{
    return json::serialize(
        json::object{{"jsonrpc", "2.0"}, {"id", std::move(id)}, {"result", std::move(result)}});
}

std::string error_text(json::value id, int code, std::string_view why)
{
    json::object error{{"code", code}, {"message", why}};
    return json::serialize(
        json::object{{"jsonrpc", "2.0"}, {"id", std::move(id)}, {"error", std::move(error)}});
}

std::string notification_text(std::string_view method, json::object params)
{
    return json::serialize(
        json::object{{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}});
}

std::string request_text(json::value id, std::string_view method, json::object params)
{
    return json::serialize(json::object{
        {"jsonrpc", "2.0"}, {"id", std::move(id)}, {"method", method}, {"params", std::move(params)}});
}

std::string string_of(json::object const& params, std::string_view name)
{
    auto const* const found = params.if_contains(name);
    if (!found || !found->is_string())
        throw rpc_error(invalid_params, fmt::format("the string \"{}\" is missing", name));
    return std::string(found->get_string());
}

double number_of(json::object const& params, std::string_view name)
{
    auto const* const found = params.if_contains(name);
    if (!found || !found->is_number())
        throw rpc_error(invalid_params, fmt::format("the number \"{}\" is missing", name));
    return found->to_number<double>();
}

json::object object_of(json::object const& params, std::string_view name)
{
    auto const* const found = params.if_contains(name);
    return found && found->is_object() ? found->get_object() : json::object();
}

} // namespace mcp
