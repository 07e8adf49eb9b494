// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/stream/compression/compression.hpp>

#include "../handlers.hpp"
#include "served.hpp"
#include "support/decoded.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace tidings::test;
using tidings::topic;

namespace {

struct coding
{
    std::string_view name;
    decoded (*decode)(std::string_view);
};

std::vector<coding> codings()
{
    std::vector<coding> all{{"gzip", decode_gzip}};
#ifdef TIDINGS_HAS_ZSTD
    all.push_back({"zstd", decode_zstd});
#endif
    return all;
}

// Reads until the text contains that, or the body ends.
std::string read_until(answering& from, std::string_view mark, std::string& bytes, coding const& how)
{
    for (;;) {
        std::string text = how.decode(bytes).text;
        std::string const more = text.find(mark) == std::string::npos ? from.read_some() : std::string();
        if (more.empty())
            return text;
        bytes += more;
    }
}

} // namespace

// Whatever carries a stream, what is compressed is the same: it is announced, each event can be read before
// the next one is published, and the end is a right one. A client that asks for nothing gets the text.
TEST_CASE("by each protocol: a compressed topic")
{
    served server(each_way());
    topic const news({.send_position = false, .compression = tidings::compression()});
    server.routes().get("/", std::bind_front(hand_over, std::cref(news)));
    server.start();
    auto const client = server.client();
    auto const all_codings = codings();
    for (coding const& how : all_codings) {
        auto const compressed = client->ask({.fields = {{"accept-encoding", std::string(how.name)}}});
        auto const plain = client->ask({});
        CHECK(compressed->header("content-encoding") == how.name);
        CHECK(compressed->header("vary") == "Accept-Encoding");
        CHECK(plain->header("content-encoding").empty());
        CHECK(plain->header("vary") == "Accept-Encoding");
        std::string bytes;
        for (std::string const mark : {"first", "second"}) {
            std::string const data = std::string(how.name) + " " + mark;
            news.publish({.data = data});
            CHECK(read_until(*compressed, data, bytes, how).ends_with("data: " + data + "\n\n"));
            auto event = plain->next_event();
            while (event && event->data() != data)
                event = plain->next_event();
            CHECK(event);
        }
        compressed->leave();
        plain->leave();
    }
    coding const& how = all_codings.front();
    auto const ending = client->ask({.fields = {{"accept-encoding", std::string(how.name)}}});
    CHECK(ending->status() == 200);
    news.close();
    auto const all = how.decode(ending->read_body());
    CHECK(all.text.ends_with(";finished\n\n"));
    CHECK(all.is_whole);
    CHECK(ending->is_whole());
}
