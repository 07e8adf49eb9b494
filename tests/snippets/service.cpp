// SPDX-License-Identifier: BSL-1.0
// What the page about upgrades shows. Compiled, not run.
#include <tidings/hub/sqlite/sqlite_store.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>

boost::asio::awaitable<void> tell_time(tidings::context ctx, tidings::event_stream& out);

// [serve]
#include <tidings/service/service.hpp>

void serve_with_upgrades()
{
    tidings::service unit({.upgrade_socket = "/run/app/upgrade.sock"});
    tidings::server server({.listen = unit.listen({{.host = "0.0.0.0", .port = 8080}})});
    server.get("/time", tell_time);
    unit.start(server);
    server.run();
}
// [/serve]

// [log]
std::shared_ptr<tidings::sqlite_store> open_log(tidings::service& unit)
{
    unit.request_release(); // of the process that is replaced
    auto const log = std::make_shared<tidings::sqlite_store>("/var/lib/app/events.db");
    unit.on_release([log] { log->release(); }, [log] { log->reclaim(); });
    return log;
}
// [/log]
