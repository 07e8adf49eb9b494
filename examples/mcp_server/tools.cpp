// SPDX-License-Identifier: BSL-1.0
#include "tools.hpp"

#include <tidings/wait/ticker.hpp>

#include "json_rpc.hpp"

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

json::array add(json::object const& arguments)
{
    return mcp::text_content(
        fmt::format("{}", mcp::number_of(arguments, "a") + mcp::number_of(arguments, "b")));
}

asio::awaitable<json::array> count(tidings::context ctx, mcp::tool_call& call)
{
    auto const last = mcp::number_of(call.arguments(), "to");
    if (last < 1)
        throw std::invalid_argument("can only count upwards, from 1");
    tidings::ticker steps(20ms);
    for (double i = 1; co_await steps.tick(ctx); ++i) {
        call.report_progress(i, last);
        if (i >= last)
            break;
    }
    co_return mcp::text_content(fmt::format("counted to {}", last));
}

asio::awaitable<json::array> greet(tidings::context ctx, mcp::tool_call& call)
{
    json::object form = json::parse(R"({"message": "What is your name?", "requestedSchema": {
        "type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}})")
                            .as_object();
    auto const answer = co_await call.ask(ctx, "elicitation/create", std::move(form));
    if (mcp::string_of(answer, "action") != "accept")
        co_return mcp::text_content("Hello, whoever you are.");
    co_return mcp::text_content(
        fmt::format("Hello, {}!", mcp::string_of(mcp::object_of(answer, "content"), "name")));
}

json::object describe(char const* text)
{
    return json::parse(text).as_object();
}

} // namespace

std::map<std::string, mcp::tool, std::less<>> make_tools()
{
    std::map<std::string, mcp::tool, std::less<>> tools;
    tools["add"] = {.description =
                        describe(R"({"name": "add", "description": "Adds two numbers.", "inputSchema":
        {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}, "required": ["a", "b"]}})"),
                    .answer = add};
    tools["count"] = {.description =
                          describe(R"({"name": "count", "description": "Counts, and tells how far it is.",
        "inputSchema": {"type": "object", "properties": {"to": {"type": "number"}}, "required": ["to"]}})"),
                      .run = count};
    tools["greet"] = {.description =
                          describe(R"({"name": "greet", "description": "Asks for a name, and greets.",
        "inputSchema": {"type": "object"}})"),
                      .run = greet};
    return tools;
}
