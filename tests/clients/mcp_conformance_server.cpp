// SPDX-License-Identifier: BSL-1.0
// The endpoint of the example mcp_server with the tools, resources and prompts that npm's
// @modelcontextprotocol/conformance asks for.
#include <tidings/wait/ticker.hpp>

#include "../../examples/example.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <chrono>
#include <endpoint.hpp>
#include <functional>
#include <json_rpc.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view picture =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
constexpr std::string_view sound = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

json::object object(std::string const& text)
{
    return json::parse(text).as_object();
}

json::array list(std::string const& text)
{
    return json::parse(text).as_array();
}

std::string const image_content =
    fmt::format(R"({{"type":"image","data":"{}","mimeType":"image/png"}})", picture);
std::string const audio_content =
    fmt::format(R"({{"type":"audio","data":"{}","mimeType":"audio/wav"}})", sound);
std::string const resource_content = R"({"type":"resource","resource":{"uri":"test://example-resource",
    "mimeType":"text/plain","text":"Embedded resource content for testing."}})";

// Tools that answer at once

json::array fail(json::object const&)
{
    throw std::runtime_error("This tool intentionally returns an error for testing");
}

// Tools that take their time

asio::awaitable<void> pause(tidings::context ctx, tidings::duration length)
{
    tidings::ticker once(length);
    co_await once.tick(ctx);
}

asio::awaitable<json::array> log(tidings::context ctx, mcp::tool_call& call)
{
    call.log("Tool execution started");
    co_await pause(ctx, 50ms);
    call.log("Tool processing data");
    co_await pause(ctx, 50ms);
    call.log("Tool execution completed");
    co_return mcp::text_content("Tool with logging executed successfully");
}

asio::awaitable<json::array> progress(tidings::context ctx, mcp::tool_call& call)
{
    for (int done : {0, 50, 100}) {
        call.report_progress(done, 100);
        co_await pause(ctx, 50ms);
    }
    co_return mcp::text_content("Tool with progress executed successfully");
}

asio::awaitable<json::array> reconnect(tidings::context ctx, mcp::tool_call& call)
{
    co_await pause(ctx, 50ms);
    call.send_away();
    co_await pause(ctx, 200ms);
    co_return mcp::text_content("Reconnection test completed successfully");
}

asio::awaitable<json::array> sample(tidings::context ctx, mcp::tool_call& call)
{
    json::object params =
        object(R"({"messages":[{"role":"user","content":{"type":"text","text":""}}],"maxTokens":100})");
    params.at("messages").at(0).at("content").at("text") = mcp::string_of(call.arguments(), "prompt");
    auto const answer = co_await call.ask(ctx, "sampling/createMessage", std::move(params));
    auto const text = mcp::string_of(mcp::object_of(answer, "content"), "text");
    co_return mcp::text_content("LLM response: " + text);
}

// Asks with a form; the message may be the call's own.
asio::awaitable<json::array> elicit(std::string form, tidings::context ctx, mcp::tool_call& call)
{
    json::object params{{"message", "Please fill in"}, {"requestedSchema", object(form)}};
    if (call.arguments().contains("message"))
        params["message"] = call.arguments().at("message");
    auto const answer = co_await call.ask(ctx, "elicitation/create", std::move(params));
    co_return mcp::text_content(fmt::format("Elicitation completed: action={}, content={}",
                                            mcp::string_of(answer, "action"),
                                            json::serialize(mcp::object_of(answer, "content"))));
}

std::string const user_form = R"({"type":"object","properties":{
    "username":{"type":"string","description":"User's response"},
    "email":{"type":"string","description":"User's email address"}},"required":["username","email"]})";
std::string const form_with_defaults = R"({"type":"object","properties":{
    "name":{"type":"string","default":"John Doe"},"age":{"type":"integer","default":30},
    "score":{"type":"number","default":95.5},"verified":{"type":"boolean","default":true},
    "status":{"type":"string","enum":["active","inactive","pending"],"default":"active"}}})";
std::string const form_of_enums = R"({"type":"object","properties":{
    "untitledSingle":{"type":"string","enum":["option1","option2","option3"]},
    "titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},
        {"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},
    "legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},
    "untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},
    "titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},
        {"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}}})";

std::string const schema_2020_12 =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
    "$defs":{"address":{"type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
    "properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"}},"additionalProperties":false})";

json::object describe(std::string_view name, std::string const& schema)
{
    return {{"name", name}, {"description", "for the test of conformance"}, {"inputSchema", object(schema)}};
}

std::map<std::string, mcp::tool, std::less<>> make_tools()
{
    std::map<std::string, mcp::tool, std::less<>> tools;
    auto const says = [&tools](std::string const& name, std::string const& content,
                               std::string const& schema = R"({"type":"object"})") {
        tools[name] = {.description = describe(name, schema),
                       .answer = [content](json::object const&) { return list("[" + content + "]"); }};
    };
    auto const runs = [&tools](std::string const& name, auto function) {
        tools[name] = {.description = describe(name, R"({"type":"object"})"), .run = std::move(function)};
    };
    says("test_simple_text", R"({"type":"text","text":"This is a simple text response for testing."})");
    says("test_image_content", image_content);
    says("test_audio_content", audio_content);
    says("test_embedded_resource", resource_content);
    says("test_multiple_content_types", R"({"type":"text","text":"Multiple content types test:"},)" +
                                            image_content + "," + resource_content);
    says("json_schema_2020_12_tool", R"({"type":"text","text":"ok"})", schema_2020_12);
    tools["test_error_handling"] = {.description = describe("test_error_handling", R"({"type":"object"})"),
                                    .answer = fail};
    runs("test_tool_with_logging", log);
    runs("test_tool_with_progress", progress);
    runs("test_reconnection", reconnect);
    runs("test_sampling", sample);
    runs("test_elicitation", std::bind_front(elicit, user_form));
    runs("test_elicitation_sep1034_defaults", std::bind_front(elicit, form_with_defaults));
    runs("test_elicitation_sep1330_enums", std::bind_front(elicit, form_of_enums));
    return tools;
}

// Resources and prompts

json::object read_resource(json::object const& params)
{
    auto const uri = mcp::string_of(params, "uri");
    json::object content{{"uri", uri}, {"mimeType", "text/plain"}};
    if (uri == "test://static-text") {
        content["text"] = "This is the content of the static text resource.";
    } else if (uri == "test://static-binary") {
        content["mimeType"] = "image/png";
        content["blob"] = picture;
    } else if (uri.starts_with("test://template/") && uri.ends_with("/data")) {
        auto const id = uri.substr(16, uri.size() - 21);
        content["mimeType"] = "application/json";
        content["text"] =
            json::serialize(json::object{{"id", id}, {"templateTest", true}, {"data", "Data for ID: " + id}});
    } else {
        throw mcp::rpc_error(-32'002, "no such resource");
    }
    json::array contents;
    contents.push_back(std::move(content));
    return {{"contents", std::move(contents)}};
}

json::object message_with(std::string const& content)
{
    return {{"role", "user"}, {"content", object(content)}};
}

json::object get_prompt(json::object const& params)
{
    auto const name = mcp::string_of(params, "name");
    auto const arguments = mcp::object_of(params, "arguments");
    json::array messages;
    if (name == "test_simple_prompt") {
        messages.push_back(message_with(R"({"type":"text","text":"This is a simple prompt for testing."})"));
    } else if (name == "test_prompt_with_arguments") {
        auto const text = fmt::format("Prompt with arguments: arg1='{}', arg2='{}'",
                                      mcp::string_of(arguments, "arg1"), mcp::string_of(arguments, "arg2"));
        messages.push_back({{"role", "user"}, {"content", {{"type", "text"}, {"text", text}}}});
    } else if (name == "test_prompt_with_embedded_resource") {
        auto message = message_with(resource_content);
        message.at("content").at("resource").at("uri") = mcp::string_of(arguments, "resourceUri");
        messages.push_back(std::move(message));
        messages.push_back(
            message_with(R"({"type":"text","text":"Please process the embedded resource above."})"));
    } else if (name == "test_prompt_with_image") {
        messages.push_back(message_with(image_content));
        messages.push_back(message_with(R"({"type":"text","text":"Please analyze the image above."})"));
    } else {
        throw mcp::rpc_error(mcp::invalid_params, "no such prompt");
    }
    return {{"messages", std::move(messages)}};
}

/// A method that always gives the same.
std::function<json::object(json::object const&)> always(std::string const& text)
{
    return [result = object(text)](json::object const&) { return result; };
}

mcp::service make_service()
{
    mcp::service offered{.name = "tidings-conformance",
                         .capabilities = object(R"({"tools":{},"logging":{},"prompts":{},"completions":{},
                             "resources":{"subscribe":true}})"),
                         .tools = make_tools()};
    offered.methods["completion/complete"] =
        always(R"({"completion":{"values":[],"total":0,"hasMore":false}})");
    offered.methods["resources/list"] = always(R"({"resources":[
        {"uri":"test://static-text","name":"text","description":"a text","mimeType":"text/plain"},
        {"uri":"test://static-binary","name":"picture","description":"a picture","mimeType":"image/png"},
        {"uri":"test://watched-resource","name":"watched","description":"a text","mimeType":"text/plain"}]})");
    offered.methods["resources/templates/list"] =
        always(R"({"resourceTemplates":[{"uriTemplate":"test://template/{id}/data",
        "name":"template","description":"a text","mimeType":"application/json"}]})");
    offered.methods["resources/read"] = read_resource;
    offered.methods["resources/subscribe"] = always("{}");
    offered.methods["resources/unsubscribe"] = always("{}");
    offered.methods["prompts/list"] = always(R"({"prompts":[
        {"name":"test_simple_prompt","description":"a prompt"},
        {"name":"test_prompt_with_arguments","description":"a prompt","arguments":[
            {"name":"arg1","required":true},{"name":"arg2","required":true}]},
        {"name":"test_prompt_with_embedded_resource","description":"a prompt","arguments":[{"name":"resourceUri","required":true}]},
        {"name":"test_prompt_with_image","description":"a prompt"}]})");
    offered.methods["prompts/get"] = get_prompt;
    return offered;
}

} // namespace

int main(int argc, char** argv)
{
    mcp::endpoint endpoint(make_service());
    tidings::server server({.port = example::port(argc, argv)});
    endpoint.serve(server, "/mcp");
    example::run(server);
}
