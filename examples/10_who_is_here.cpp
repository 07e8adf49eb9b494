// SPDX-License-Identifier: BSL-1.0
// Who is here, by name: a person with three tabs comes once and leaves once, whatever becomes of the tabs.
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// [presence]
/// Streams by the name of whoever reads them. From the loops of a server.
class presence
{
public:
    void count(std::string_view name, int by)
    {
        std::lock_guard const guard(lock_); // publishes in the order of the changes
        auto const tabs = tabs_.try_emplace(std::string(name)).first;
        tabs->second += by;
        if (by > 0 && tabs->second == 1)
            changes.publish({.type = "join", .data = name});
        if (tabs->second == 0) {
            changes.publish({.type = "leave", .data = name});
            tabs_.erase(tabs);
        }
    }

    tidings::topic changes{{.send_position = false}};

private:
    std::mutex lock_;
    std::map<std::string, int, std::less<>> tabs_;
};

boost::asio::awaitable<void> enter(presence& room, tidings::context, tidings::request const& request,
                                   tidings::event_stream& out)
{
    room.changes.attach(out);
    room.count(request.principal(), +1);
    co_return;
}
// [/presence]

// Stands for a check that knows whose cookie or token that is.
std::optional<tidings::response> name_principal(tidings::request& asked, tidings::headers&)
{
    asked.set_principal(asked.query("name"));
    return std::nullopt;
}

int main(int argc, char** argv)
{
    presence room;
    tidings::server_options options{.loops = 2};
    // [leave]
    options.on_stream_end = [&room](tidings::stream_end const& over) {
        if (over.is_stream && over.route == "/room" && over.method == "GET")
            room.count(over.principal, -1);
    };
    // [/leave]
    tidings::server server({.port = example::port(argc, argv)}, std::move(options));
    server.check(name_principal);
    server.get("/room", std::bind_front(enter, std::ref(room)));
    example::run(server);
}
