// SPDX-License-Identifier: BSL-1.0
// A small event hub: any program posts events over HTTP, any number of browsers follow a topic. See
// README.md.
#include <tidings/admin/admin.hpp>
#include <tidings/logging/logging.hpp>
#include <tidings/server/server.hpp>
#include <tidings/service/service.hpp>

#include "encrypted_endpoint.hpp"
#include "event_hub.hpp"
#include "open_store.hpp"
#include "options.hpp"
#include "routes.hpp"
#include "speak_http2.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr int usage_status = 64; // EX_USAGE of sysexits.h

void serve(hub::options const& chosen)
{
    tidings::service unit({.upgrade_socket = chosen.upgrade_socket});
    std::vector<std::shared_ptr<tidings::topic_store>> stores;
    if (!chosen.log_folder.empty())
        stores.push_back(hub::open_store(chosen.log_folder, unit));
    for (std::string const& url : chosen.engines)
        stores.push_back(hub::open_engine(url, chosen));
    hub::event_hub events(chosen, std::move(stores));
    tidings::server_options options = chosen.server;
    std::optional<tidings::log_writer> lines;
    if (!chosen.log_lines.empty()) {
        using format = tidings::log_writer::format;
        lines.emplace(
            tidings::log_writer::options{.as = chosen.log_lines == "json" ? format::json : format::text});
        options.log = lines->messages();
        options.on_stream_end = lines->requests();
    }
    options.listen = {chosen.listen};
    if (chosen.tls_port != 0)
        options.listen.push_back(hub::encrypted_endpoint(chosen));
    for (tidings::endpoint& each : options.listen)
        hub::speak_http2(each, chosen.http2_prior_knowledge && !each.tls);
    options.listen = unit.listen(std::move(options.listen));
    tidings::server server(std::move(options));
    hub::add_routes(server, events, chosen);
    std::optional<tidings::admin> panel; // it ends first, but after the drain
    if (chosen.admin_port)
        panel.emplace(tidings::endpoint{.port = *chosen.admin_port}, server, events.topics(),
                      tidings::admin_options{.token = chosen.admin_token, .takes_over = unit.replaces()});
    unit.start(server);
    fmt::print("The hub is at http://{}:{}/\n", chosen.listen.host, server.port());
    if (chosen.tls_port != 0)
        fmt::print("and at https://{}:{}/\n", chosen.listen.host, chosen.tls_port);
    if (panel)
        fmt::print("Its panel is at http://127.0.0.1:{}/\n", panel->port());
    std::fflush(stdout);
    server.run();
}

} // namespace

int main(int argc, char** argv)
{
    try {
        std::vector<std::string> const arguments(argv + 1, argv + argc);
        if (arguments == std::vector<std::string>{"--help"})
            fmt::print("{}", hub::usage);
        else
            serve(hub::parse_options(arguments));
    } catch (hub::usage_error const& error) {
        fmt::print(stderr, "hub: {}\n\n{}", error.what(), hub::usage);
        return usage_status;
    } catch (std::exception const& error) {
        fmt::print(stderr, "hub: {}\n", error.what());
        return 1;
    }
}
