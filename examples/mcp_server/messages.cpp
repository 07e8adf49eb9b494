// SPDX-License-Identifier: BSL-1.0
#include "endpoint.hpp"
#include "json_rpc.hpp"
#include "run_call.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace mcp {

namespace json = boost::json;
using tidings::response;

namespace {

constexpr std::size_t most_calls = 32; // of a session, at a time

} // namespace

endpoint::outcome endpoint::take_request(std::shared_ptr<session> const& from, json::object const& message)
{
    json::value const& id = message.at("id");
    try {
        std::string const method(message.at("method").as_string());
        json::object const params = object_of(message, "params");
        if (method == "tools/call")
            return call_tool(from, id, params);
        if (method == "ping")
            return response::json(result_text(id, {}));
        if (method == "logging/setLevel") {
            from->set_least_level(string_of(params, "level"));
            return response::json(result_text(id, {}));
        }
        if (method == "tools/list")
            return response::json(result_text(id, list_tools()));
        auto const other = offers_.methods.find(method);
        if (other == offers_.methods.end())
            throw rpc_error(method_not_found, "there is no method " + method);
        return response::json(result_text(id, other->second(params)));
    } catch (rpc_error const& error) {
        return response::json(error_text(id, error.code(), error.what()));
    } catch (tidings::too_many_topics const& error) {
        return response::json(error_text(id, internal_error, error.what()), 503)
            .with_header("Retry-After", "5");
    }
}

// [call]
endpoint::outcome endpoint::call_tool(std::shared_ptr<session> const& from, json::value const& id,
                                      json::object const& params)
{
    auto const found = offers_.tools.find(string_of(params, "name"));
    if (found == offers_.tools.end())
        throw rpc_error(invalid_params, "there is no such tool");
    if (found->second.answer)
        return response::json(result_text(id, answer_of(found->second, object_of(params, "arguments"))));
    if (from->calls.size() == most_calls || from->calls.contains(json::serialize(id)))
        throw rpc_error(invalid_request, "too many calls at a time, or one of this id");

    auto stream = sessions_.make_stream(*from);
    stream.publish({.data = ""}); // so that the client knows its place before anything happens
    server_->spawn(run_call, from, &found->second, id, params, stream);
    return stream;
}
// [/call]

json::object endpoint::list_tools() const
{
    json::array tools;
    for (auto const& [name, each] : offers_.tools)
        tools.push_back(each.description);
    return {{"tools", std::move(tools)}};
}

} // namespace mcp
