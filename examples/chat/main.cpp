// SPDX-License-Identifier: BSL-1.0
// A chat room: who is here, what they say, and a moderator who can have somebody leave for good.
//
//     curl -i -d ada http://127.0.0.1:8080/people                                     gives a token
//     curl -N -H 'Authorization: Bearer TOKEN' http://127.0.0.1:8080/room             listens
//     curl -d 'hello' -H 'Authorization: Bearer TOKEN' http://127.0.0.1:8080/room     speaks
//     curl -X POST -H 'Authorization: Bearer MODERATOR' http://127.0.0.1:8080/bans/ada
//
// The program prints the moderator's token. A browser has its token in a cookie, so `new
// EventSource("/room")` will do.
#include <tidings/tidings.hpp>

#include "../example.hpp"
#include "room.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace asio = boost::asio;
using tidings::response;

namespace {

constexpr std::size_t longest_name = 40;
constexpr std::size_t longest_message = 2'000;
constexpr auto moderator = "moderator";

// [check]
// Who asks: by the cookie of a browser, or the token of a program.
std::optional<response> find_person(chat::room const& room, tidings::request& asked, tidings::headers&)
{
    auto token = asked.cookie("token");
    if (token.empty())
        token = tidings::bearer_token(asked);
    auto const name = room.name_of(token);
    if (name.empty())
        return response::text("who are you? say it to /people first\n", 401);
    asked.set_principal(std::string(name));
    return std::nullopt;
}

std::optional<response> moderator_only(tidings::request const& asked, tidings::headers&)
{
    if (asked.principal() == moderator)
        return std::nullopt;
    return response::text("this is for the moderator\n", 403);
}
// [/check]

bool is_name(std::string_view text)
{
    return !text.empty() && text.size() <= longest_name && text != moderator &&
           tidings::is_valid_utf8(text) && text.find_first_of("\r\n\t\0\x7f", 0, 5) == std::string_view::npos;
}

asio::awaitable<response> admit(chat::room& room, tidings::context, tidings::request const& request)
{
    if (!is_name(request.body()))
        co_return response::text("the body is to be a name of at most 40 bytes\n", 400);
    if (room.is_banned(request.body()))
        co_return response::text("not you\n", 403);
    auto const token = room.admit(request.body());
    if (!token)
        co_return response::text("the room is full\n", 503);
    co_return response::text(*token, 201).with_cookie("token", *token, {.same_site = "Strict"});
}

// [attend]
asio::awaitable<void> attend(chat::room& room, tidings::context ctx, tidings::request const& request,
                             tidings::event_stream& out)
{
    chat::presence const here(room, request.principal()); // until the stream is over, whatever ends it
    auto const position = room.events.position(); // nothing between this and the list of names is lost
    auto const names = room.names();
    co_await out.send({.type = "here", .data = names});
    co_await room.events.follow(ctx, out, tidings::from_id(position));
}
// [/attend]

asio::awaitable<response> speak(chat::room& room, tidings::context, tidings::request const& request)
{
    if (request.body().empty() || request.body().size() > longest_message ||
        !tidings::is_valid_utf8(request.body()))
        co_return response::text("the body is to be a text of at most 2,000 bytes\n", 400);
    room.say(request.principal(), request.body());
    co_return response(204);
}

// [ban]
asio::awaitable<response> ban(chat::room& room, tidings::server& server, tidings::context,
                              tidings::request const& request)
{
    auto const name = request.param("name");
    if (!is_name(name))
        co_return response::text("that is nobody's name\n", 400);
    room.ban(name);           // first the tokens, so that who comes back is refused,
    server.end_streams(name); // then the streams
    co_return response(204);
}
// [/ban]

} // namespace

int main(int argc, char** argv)
{
    chat::room room;
    // One person's tabs and devices.
    tidings::server server({.port = example::port(argc, argv)},
                           {.per_principal = {.streams = 10, .openings_per_second = 1, .burst = 10}});
    server.check(tidings::check_local_host());
    server.check(tidings::check_origin());
    server.check("/room", std::bind_front(find_person, std::cref(room)));
    server.check("/bans", std::bind_front(find_person, std::cref(room)));
    server.check("/bans", moderator_only);
    server.post("/people", std::bind_front(admit, std::ref(room)));
    server.get("/room", std::bind_front(attend, std::ref(room)));
    server.post("/room", std::bind_front(speak, std::ref(room)));
    server.post("/bans/{name}", std::bind_front(ban, std::ref(room), std::ref(server)));
    fmt::print("moderator: {}\n", room.admit(moderator).value());
    example::run(server);
}
