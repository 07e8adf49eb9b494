// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

/// The messages of JSON-RPC 2.0.
namespace mcp {

/// Answered with an error of that code.
class rpc_error : public std::runtime_error
{
public:
    rpc_error(int code, std::string const& why) : std::runtime_error(why), code_(code) {}

    [[nodiscard]] int code() const noexcept { return code_; }

private:
    int code_;
};

constexpr int parse_error = -32'700;
constexpr int invalid_request = -32'600;
constexpr int method_not_found = -32'601;
constexpr int invalid_params = -32'602;
constexpr int internal_error = -32'603;

std::string result_text(boost::json::value id, boost::json::object result);
std::string error_text(boost::json::value id, int code, std::string_view why);
std::string notification_text(std::string_view method, boost::json::object params);
std::string request_text(boost::json::value id, std::string_view method, boost::json::object params);

/// A member that has to be there. These throw an `rpc_error` with `invalid_params` that names it.
std::string string_of(boost::json::object const& params, std::string_view name);
double number_of(boost::json::object const& params, std::string_view name);

/// A member that may be left out; empty then.
boost::json::object object_of(boost::json::object const& params, std::string_view name);

} // namespace mcp
