// SPDX-License-Identifier: BSL-1.0
// Streams the tokens of a language model in the shape that OpenAI-compatible clients read, in two ways. The
// route says which of them: whether the work ends with its client, or goes on and may be come back to.
//
//     curl -N -d '{}' http://127.0.0.1:8080/v1/chat/completions     stops generating the moment the client
//     leaves
//
//     curl -d '{}' http://127.0.0.1:8080/generations                 {"id":"3f1c…"}
//     curl -N http://127.0.0.1:8080/generations/3f1c…/events         a reload gets all of it, a lost
//     connection the rest
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <fmt/format.h>

#include <array>
#include <functional>
#include <optional>
#include <random>
#include <string>

using namespace std::chrono_literals;

// A model that makes a token each 50 ms.
// [model]
class model
{
public:
    boost::asio::awaitable<std::optional<std::string>> next_token(tidings::context ctx)
    {
        bool const has_more = made_ < 40 && co_await pace_.tick(ctx);
        if (!has_more)
            co_return std::nullopt;
        co_return words[made_++ % words.size()];
    }
    std::size_t made() const { return made_; }

private:
    static constexpr std::array words{"good ", "\"tidings\" ", "come ", "one ", "by ", "one\n"};
    tidings::ticker pace_{50ms};
    std::size_t made_ = 0;
};
// [/model]

// [handler]
std::string chunk(std::string const& token)
{
    return fmt::format(R"({{"choices":[{{"index":0,"delta":{{"content":{}}}}}]}})",
                       boost::json::serialize(boost::json::string(token)));
}

boost::asio::awaitable<void> complete(tidings::context ctx, tidings::event_stream& out)
{
    model answer;
    while (auto token = co_await answer.next_token(ctx))
        co_await out.send({.data = chunk(*token)});
    if (!ctx.is_done())
        co_await out.send({.data = "[DONE]"});
    fmt::print("made {} tokens, then: {}\n", answer.made(), ctx.is_done() ? to_string(ctx.reason()) : "done");
    std::fflush(stdout);
}
// [/handler]

// [background]
// Belongs to the server, and to no client: it ends early only when the server stops.
boost::asio::awaitable<void> generate(tidings::context ctx, tidings::topic into)
{
    model answer;
    while (auto token = co_await answer.next_token(ctx))
        into.publish({.data = chunk(*token)});
    into.publish({.data = ctx.is_done() ? "[INTERRUPTED]" : "[DONE]"});
    into.close(); // browsers do not come back then
}

boost::asio::awaitable<tidings::response> start(tidings::server& server, tidings::topic_registry& generations,
                                                tidings::context)
{
    std::random_device random; // whoever knows the id may read
    auto const id = fmt::format("{:08x}{:08x}", random(), random());
    server.spawn(generate, generations.get(id).value());
    co_return tidings::response::json(fmt::format(R"({{"id":"{}"}})", id), 201);
}

boost::asio::awaitable<void> follow(tidings::topic_registry const& generations, tidings::context,
                                    tidings::request const& request, tidings::event_stream& out)
{
    auto const found = generations.find(request.param("id"));
    if (found)
        found->attach(out, tidings::from_oldest());
    else
        co_await out.reject(404, "no such generation, or no longer");
}
// [/background]

int main(int argc, char** argv)
{
    tidings::topic_registry generations(
        {.max_topics = 1'000}); // kept for ten minutes after they have last been read
    generations.add("{name...}", {.max_events = 100'000, .history_bytes = 16 * 1024 * 1024});
    tidings::server server({.port = example::port(argc, argv)});
    server.post("/v1/chat/completions", complete); // ends with its client
    server.post("/generations",
                std::bind_front(start, std::ref(server), std::ref(generations))); // outlives it
    server.get("/generations/{id}/events", std::bind_front(follow, std::cref(generations)));
    example::run(server);
}
