// SPDX-License-Identifier: BSL-1.0
// One list of tasks as two pages: with Datastar, and with htmx. The server keeps the list and writes the
// HTML; an open page gets it anew with each change, whoever made it.
//
//     npm install htmx.org@2 htmx-ext-sse@2 @starfederation/datastar@1.0.0-beta.11
//     ./live_pages --libraries node_modules
#include <tidings/tidings.hpp>

#include "task_list.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;

namespace {

// htmx sends a form, and Datastar its signals as JSON.
std::string text_of(tidings::request const& asked)
{
    if (asked.header("Content-Type") != "application/json")
        return asked.form("text");
    boost::system::error_code error;
    auto const signals = boost::json::parse(asked.body(), error);
    if (error || !signals.is_object())
        return {};
    auto const* const text = signals.get_object().if_contains("text");
    return text && text->is_string() ? std::string(text->get_string()) : std::string();
}

// [add]
// The answer has no body: what became of the list comes to each page by its stream.
asio::awaitable<tidings::response> add_task(task_list& tasks, tidings::context, tidings::request const& asked)
{
    auto text = text_of(asked);
    if (text.empty() || text.size() > task_list::max_text_bytes || !tidings::is_valid_utf8(text))
        co_return tidings::response::text("a task has 1 to 200 bytes of text\n", 422);
    if (!tasks.add(std::move(text)))
        co_return tidings::response::text("the list is full\n", 409);
    co_return tidings::response(204);
}
// [/add]

asio::awaitable<tidings::response> finish_task(task_list& tasks, tidings::context,
                                               tidings::request const& asked)
{
    auto const text = asked.param("number");
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || !tasks.finish(number))
        co_return tidings::response(404);
    co_return tidings::response(204);
}

// [follow]
asio::awaitable<void> follow(tidings::topic const& drawn, tidings::context, tidings::request const&,
                             tidings::event_stream& out)
{
    drawn.attach(out, tidings::from_oldest()); // it keeps one event: the list as it is
    co_return;
}
// [/follow]

// What follows the option on the command line.
std::optional<std::string> option(std::vector<std::string_view> const& arguments, std::string_view name)
{
    std::optional<std::string> value; // that of the last one counts
    for (std::size_t i = 0; i + 1 < arguments.size(); i += 2)
        if (arguments[i] == name)
            value = arguments[i + 1];
    return value;
}

} // namespace

int main(int argc, char** argv)
{
    std::vector<std::string_view> const arguments(argv + 1, argv + argc);
    auto const port = option(arguments, "--port").value_or("8080");
    std::filesystem::path const libraries = option(arguments, "--libraries").value_or("node_modules");

    task_list tasks;
    tidings::server server({.port = static_cast<std::uint16_t>(std::stoul(port))});
    server.check(tidings::check_local_host()); // nobody else's page may read it,
    server.check(tidings::check_origin());     // or have a browser post to it
    server.get("/htmx/updates", std::bind_front(follow, std::ref(tasks.for_htmx)));
    server.get("/datastar/updates", std::bind_front(follow, std::ref(tasks.for_datastar)));
    server.post("/tasks", std::bind_front(add_task, std::ref(tasks)));
    server.post("/tasks/{number}/finish", std::bind_front(finish_task, std::ref(tasks)));
    server.files("/", EXAMPLE_PAGES);
    server.files("/libraries", libraries);
    server.start();
    fmt::print("http://127.0.0.1:{}/\n", server.port());
    std::fflush(stdout);
    server.run();
}
