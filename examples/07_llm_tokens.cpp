// SPDX-License-Identifier: BSL-1.0
// Streams the tokens of a language model in the shape that OpenAI-compatible clients read, and stops
// generating the moment the client leaves: curl -N -d '{}' http://127.0.0.1:8080/v1/chat/completions
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <fmt/format.h>

#include <array>
#include <optional>
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

boost::asio::awaitable<void> complete(tidings::context ctx, tidings::request const&,
                                      tidings::event_stream& out)
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

int main(int argc, char** argv)
{
    tidings::server server({.port = example::port(argc, argv)});
    server.post("/v1/chat/completions", complete);
    example::run(server);
}
