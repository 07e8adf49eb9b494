// SPDX-License-Identifier: BSL-1.0
#include "build_summary.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace dashboard {

namespace json = boost::json;

std::string to_json(build_summary const& summary)
{
    return json::serialize(json::object{{"id", summary.id},
                                        {"state", summary.state},
                                        {"command", summary.command},
                                        {"seconds", summary.seconds}});
}

build_summary parse_summary(std::string_view text)
{
    json::value const parsed = json::parse(text);
    return {json::value_to<int>(parsed.at("id")), json::value_to<std::string>(parsed.at("state")),
            json::value_to<std::string>(parsed.at("command")), json::value_to<double>(parsed.at("seconds"))};
}

} // namespace dashboard
