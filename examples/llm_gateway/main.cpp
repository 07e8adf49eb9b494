// SPDX-License-Identifier: BSL-1.0
// A gateway to a language model, for clients of OpenAI's API and of Anthropic's:
//
//     llm_gateway --upstream HOST:PORT [--port N] [--deadline SECONDS] [--ping SECONDS]
#include <tidings/tidings.hpp>

#include "anthropic_api.hpp"
#include "openai_api.hpp"

#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using options = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t largest_request = 20 * 1024 * 1024; // conversations are long

options read_options(int argc, char** argv)
{
    options given{{"--upstream", ""}, {"--port", "8080"}, {"--deadline", "120"}, {"--ping", "5"}};
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc || !given.contains(argv[i]))
            throw std::invalid_argument(fmt::format("what is meant by {}?", argv[i]));
        given.find(argv[i])->second = argv[i + 1];
    }
    if (given.find("--upstream")->second.find(':') == std::string::npos)
        throw std::invalid_argument("--upstream is missing, as in --upstream localhost:8000");
    return given;
}

double number(options const& given, std::string_view name, double least, double most)
{
    auto const& text = given.find(name)->second;
    double value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= least && value <= most))
        throw std::invalid_argument(
            fmt::format("{} takes a number from {} to {}, and not {}", name, least, most, text));
    return value;
}

tidings::duration seconds(options const& given, std::string_view name)
{
    auto const value = std::chrono::duration<double>(number(given, name, 0.01, 86'400));
    return std::chrono::duration_cast<tidings::duration>(value);
}

// Once, before anything is served: names are looked up in a blocking way.
boost::asio::ip::tcp::endpoint look_up(std::string const& where)
{
    auto const colon = where.rfind(':');
    boost::asio::io_context io;
    boost::asio::ip::tcp::resolver resolver(io);
    return *resolver.resolve(where.substr(0, colon), where.substr(colon + 1)).begin();
}

void serve(options const& given)
{
    gateway::upstream const model{look_up(given.at("--upstream")), seconds(given, "--deadline")};
    auto const ping_interval = seconds(given, "--ping");

    tidings::server server({.port = static_cast<std::uint16_t>(number(given, "--port", 0, 65'535))});
    server.check(tidings::check_local_host());
    server.post("/v1/chat/completions", std::bind_front(gateway::complete_chat, std::cref(model)),
                {.keep_alive = ping_interval, .body_bytes = largest_request});
    server.post("/v1/messages", std::bind_front(gateway::create_message, std::cref(model), ping_interval),
                {.body_bytes = largest_request});
    server.start();
    fmt::print("http://127.0.0.1:{}/\n", server.port());
    std::fflush(stdout);
    server.run();
}

} // namespace

int main(int argc, char** argv)
{
    try {
        serve(read_options(argc, argv));
        return 0;
    } catch (std::exception const& error) {
        fmt::print(stderr, "llm_gateway: {}\n", error.what());
        return 1;
    }
}
