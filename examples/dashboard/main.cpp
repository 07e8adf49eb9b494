// SPDX-License-Identifier: BSL-1.0
// usage: dashboard [--port N] [--keep FILE] [--allow-host NAME] [--tls-cert FILE --tls-key FILE]
//                  [-- command argument...]
// A page that starts builds and shows them live, to any number of browsers. What it has shown it keeps in a
// file, so that it goes on where it was when it is started again.
#include <tidings/middleware/check_host.hpp>
#include <tidings/middleware/check_origin.hpp>
#include <tidings/server/server.hpp>

#include "build_list.hpp"
#include "encrypt.hpp"
#include "open_store.hpp"
#include "speak_http2.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using dashboard::build_list;
using namespace std::chrono_literals;

namespace {

asio::awaitable<tidings::response> list_builds(build_list const& builds, tidings::context)
{
    std::vector<std::string> all;
    for (auto const& summary : builds.summaries())
        all.push_back(to_json(summary));
    co_return tidings::response::json(fmt::format("[{}]", fmt::join(all, ",")));
}

asio::awaitable<tidings::response> start_build(build_list& builds, tidings::context ctx)
{
    auto const build = co_await builds.start(ctx);
    if (ctx.is_done())
        co_return tidings::response::text("You have left.\n", 503);
    if (!build)
        co_return tidings::response::text(
            "Too many builds are running. Please wait for one of them, or stop it.\n", 503);
    co_return tidings::response::json(to_json(build->summary()), 201);
}

asio::awaitable<tidings::response> stop_build(build_list& builds, tidings::context,
                                              tidings::request const& request)
{
    auto const build = builds.find(request.param("id"));
    if (!build)
        co_return tidings::response::text("There is no such build.\n", 404);
    build->stop();
    co_return tidings::response::json(to_json(build->summary()), 202);
}

asio::awaitable<void> follow_builds(build_list const& builds, tidings::context, tidings::event_stream& out)
{
    builds.changes().attach(out);
    co_return;
}

// A reload has no Last-Event-ID and gets the build from its start; a lost connection has one and goes on
// after it. When the build has ended, the stream is finished, and browsers do not come back.
asio::awaitable<void> follow_build(build_list const& builds, tidings::context,
                                   tidings::request const& request, tidings::event_stream& out)
{
    auto const build = builds.find(request.param("id"));
    if (build)
        build->events().attach(out, tidings::from_oldest());
    else
        co_await out.reject(404, "There is no such build.\n");
}

// Nor may they show this page in a frame, where somebody would press its buttons without knowing.
std::optional<tidings::response> refuse_frames(tidings::request const&, tidings::headers& of_the_answer)
{
    of_the_answer.set("Content-Security-Policy", "frame-ancestors 'none'");
    of_the_answer.set("X-Content-Type-Options", "nosniff");
    return std::nullopt;
}

struct options
{
    std::uint16_t port = 8080;
    std::string file = "dashboard.db";
    std::vector<std::string> hosts{}; // by which the page may be asked for besides this machine's own
    std::string tls_cert{};           // empty: plain HTTP
    std::string tls_key{};
    std::vector<std::string> command{"cmake", "-D", "FOLDER={folder}", "-P",
                                     DASHBOARD_FOLDER "/sample_project/build.cmake"};
};

// Empty if they cannot be understood.
std::optional<options> parse(std::vector<std::string> const& arguments)
{
    options parsed;
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        bool const has_more = at + 1 < arguments.size();
        if (arguments[at] == "--port" && has_more) {
            std::string const& number = arguments[++at];
            auto const [end, error] =
                std::from_chars(number.data(), number.data() + number.size(), parsed.port);
            if (error != std::errc() || end != number.data() + number.size())
                return std::nullopt;
        } else if (arguments[at] == "--keep" && has_more) {
            parsed.file = arguments[++at];
        } else if (arguments[at] == "--allow-host" && has_more) {
            parsed.hosts.push_back(arguments[++at]);
        } else if (arguments[at] == "--tls-cert" && has_more) {
            parsed.tls_cert = arguments[++at];
        } else if (arguments[at] == "--tls-key" && has_more) {
            parsed.tls_key = arguments[++at];
        } else if (arguments[at] == "--" && has_more) {
            parsed.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(at) + 1, arguments.end());
            break;
        } else {
            return std::nullopt;
        }
    }
    bool const has_half_a_pair = parsed.tls_cert.empty() != parsed.tls_key.empty();
    return has_half_a_pair ? std::nullopt : std::optional(parsed);
}

void serve(options const& chosen)
{
    build_list builds(chosen.command, dashboard::open_store(chosen.file));
    // Pages come back by themselves, and a stop should not be waited for.
    tidings::endpoint where{.port = chosen.port};
    if (!chosen.tls_cert.empty()) {
        dashboard::encrypt(where, chosen.tls_cert, chosen.tls_key);
        dashboard::speak_http2(where);
    }
    tidings::server server(where, {.drain_timeout = 500ms});
    server.check(refuse_frames);
    server.check(tidings::check_local_host(chosen.hosts));
    server.check(tidings::check_origin());
    server.files("/", DASHBOARD_FOLDER "/page");
    server.get("/builds", std::bind_front(list_builds, std::cref(builds)));
    server.post("/builds", std::bind_front(start_build, std::ref(builds)));
    server.get("/builds/events", std::bind_front(follow_builds, std::cref(builds)));
    server.get("/builds/{id}/events", std::bind_front(follow_build, std::cref(builds)));
    server.post("/builds/{id}/stop", std::bind_front(stop_build, std::ref(builds)));

    server.start();
    fmt::print("The dashboard is at {}://127.0.0.1:{}/ and runs: {}\n", where.tls ? "https" : "http",
               server.port(), fmt::join(chosen.command, " "));
    std::fflush(stdout);
    server.run();
}

} // namespace

int main(int argc, char** argv)
{
    auto const chosen = parse({argv + 1, argv + argc});
    if (!chosen) {
        fmt::print(
            stderr,
            "usage: dashboard [--port N] [--keep FILE] [--allow-host NAME] [--tls-cert FILE --tls-key FILE]\n"
            "                 [-- command argument...]\n"
            "  builds are kept in FILE; without it in dashboard.db, in the current folder\n"
            "  NAME is that of a site through whose proxy the page is reached; may be repeated\n"
            "  with a certificate and its key, in PEM, the page is served over HTTPS\n"
            "  {{folder}} in an argument stands for a scratch folder, a new one for each build\n");
        return 64;
    }
    try {
        serve(*chosen);
    } catch (std::exception const& error) {
        fmt::print(stderr, "dashboard: {}\n", error.what());
        return 1;
    }
}
