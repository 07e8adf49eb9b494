// SPDX-License-Identifier: BSL-1.0
// An MCP server over Streamable HTTP. Its tools are in tools.cpp; put yours there.
//
//     mcp_server --port 8080
//     npx @modelcontextprotocol/inspector --cli http://127.0.0.1:8080/mcp --method tools/list
#include "../example.hpp"
#include "endpoint.hpp"
#include "tools.hpp"

#include <boost/json/object.hpp>

int main(int argc, char** argv)
{
    boost::json::object const capabilities{{"tools", boost::json::object()},
                                           {"logging", boost::json::object()}};
    mcp::endpoint endpoint({.name = "tidings-example", .capabilities = capabilities, .tools = make_tools()});
    tidings::server server({.port = example::port(argc, argv)});
    endpoint.serve(server, "/mcp");
    server.start();
    endpoint.start();
    example::run(server);
}
