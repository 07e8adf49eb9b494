// SPDX-License-Identifier: BSL-1.0
// A page and its stream behind a login: a folder of files, two forms, a cookie and redirects. Open
// http://127.0.0.1:8080/ in two browsers, log in, and write.
#include <tidings/tidings.hpp>

#include "../example.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::response;

namespace {

constexpr std::size_t most_members = 1'000;
constexpr std::size_t longest_text = 500;

struct room
{
    // Names by the secret in their cookie, until they leave or the program ends. Hashed: the time that an
    // ordered map takes would reveal how much of a guess is right.
    std::unordered_map<std::string, std::string> members;
    tidings::topic messages;
};

bool is_text(std::string_view text)
{
    return !text.empty() && text.size() <= longest_text && tidings::is_valid_utf8(text);
}

// [login]
asio::awaitable<response> log_in(room& all, tidings::context, tidings::request const& request)
{
    auto const name = request.form("name");
    if (!is_text(name) || all.members.size() == most_members)
        co_return response::redirect("/?refused");
    std::random_device random; // nobody may guess it
    auto const secret = fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
    all.members.emplace(secret, name);
    co_return response::redirect("/room/").with_cookie("session", secret, {.max_age = 24h});
}

asio::awaitable<response> log_out(room& all, tidings::context, tidings::request const& request)
{
    all.members.erase(std::string(request.cookie("session")));
    co_return response::redirect("/").with_cookie("session", "", {.max_age = 0s});
}
// [/login]

// [check]
// Guards everything below "/room": its page, its stream and what is posted there. A browser that wants the
// page is redirected to the login; a stream, which has no use for a page, gets 401.
std::optional<response> members_only(room const& all, tidings::request& asked, tidings::headers&)
{
    auto const found = all.members.find(std::string(asked.cookie("session")));
    if (found == all.members.end())
        return asked.header_lists("Accept", "text/event-stream") ? response(401) : response::redirect("/");
    asked.set_value(found->second);
    return std::nullopt;
}
// [/check]

asio::awaitable<response> say(room& all, tidings::context, tidings::request const& request)
{
    auto const text = request.form("text");
    if (is_text(text))
        all.messages.publish({.data = fmt::format("{}: {}", *request.value<std::string>(), text)});
    co_return response::redirect("/room/"); // so that a reload does not say it again
}

asio::awaitable<void> follow(room const& all, tidings::context, tidings::request const&,
                             tidings::event_stream& out)
{
    all.messages.attach(out, tidings::from_oldest());
    co_return;
}

} // namespace

int main(int argc, char** argv)
{
    room all; // handlers and checks run on the server's one loop, so it needs no lock
    tidings::server server({.port = example::port(argc, argv)});
    // [routes]
    server.check(tidings::check_local_host());
    server.check(tidings::check_origin());
    server.check("/room", std::bind_front(members_only, std::cref(all)));
    server.files("/", PAGES);
    server.post("/login", std::bind_front(log_in, std::ref(all)));
    server.post("/logout", std::bind_front(log_out, std::ref(all)));
    server.post("/room/messages", std::bind_front(say, std::ref(all)));
    server.get("/room/events", std::bind_front(follow, std::cref(all)));
    // [/routes]
    example::run(server);
}
