// SPDX-License-Identifier: BSL-1.0
// What the page about the panel shows. Compiled, not run.
#include <tidings/tidings.hpp>

// [panel]
#include <tidings/admin/admin.hpp>

void serve_with_panel(tidings::server& server, tidings::topic_registry const& topics)
{
    tidings::admin panel({.port = 9090}, server, topics); // before the server starts
    server.run();                                         // the panel answers until this has returned
}
// [/panel]

// [elsewhere]
void serve_for_others(tidings::server& server, tidings::topic_registry const& topics,
                      tidings::endpoint encrypted, std::string token)
{
    encrypted.host = "0.0.0.0"; // refused at start without a token
    encrypted.port = 9090;
    tidings::admin panel(encrypted, server, topics, {.token = token, .hosts = {"panel.example"}});
    server.run();
}
// [/elsewhere]
