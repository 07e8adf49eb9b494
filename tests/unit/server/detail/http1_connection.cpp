// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/server/detail/http1_connection.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using namespace tidings::detail;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::internal::stream_socket;

namespace {

/// A connection on a loop of its own, whose "/" hands its stream over to a topic; and the client's socket.
class served_by_topic
{
public:
    served_by_topic()
    {
        shared->routes.add("GET", "/", std::bind_front(&served_by_topic::hand_over, this), {});
        shared->routes.wrap();
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
        client = stream_socket(ends[1]);
        each.reset(new http1_connection(home, tidings::internal::peer_socket(stream_socket(ends[0])), {},
                                        admission::served));
    }
    ~served_by_topic()
    {
        each->close_now();
        home->sockets->stop();
        io.run();
    }
    served_by_topic(served_by_topic const&) = delete;
    served_by_topic& operator=(served_by_topic const&) = delete;

    /// What the client has got by now.
    std::string received() const
    {
        std::array<char, 4096> buffer{};
        return std::string(buffer.data(), client.receive(buffer).count);
    }

    asio::io_context io;
    tidings::topic news{{.send_position = false}};
    std::shared_ptr<shared_state> shared = std::make_shared<shared_state>(tidings::server_options());
    std::shared_ptr<loop_state> home = std::make_shared<loop_state>(io, shared, 1);
    stream_socket client;
    boost::intrusive_ptr<http1_connection> each;
    std::function<void()> after_the_return; ///< of the handler, in the next turn

private:
    asio::awaitable<void> hand_over(context, request const&, event_stream& out)
    {
        news.attach(out);
        asio::post(io, after_the_return);
        co_return;
    }
};

} // namespace

// Between the return of the handler and the connection's going on with the stream there is a turn of the
// loop. A stop and the end of the stream's age are not lost in it, nor is the end of the principal's streams.
TEST_CASE_METHOD(served_by_topic, "what comes right after the handler has returned ends its stream")
{
    auto const what = GENERATE(0, 1, 2);
    after_the_return = [&] {
        if (what == 0)
            each->stop(std::nullopt);
        else if (what == 1)
            each->happen(happening::time_over);
        else
            each->end_streams_of("");
    };
    each->start("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(each->streams() == 1);
    io.poll();
    CHECK(each->streams() == 0);
    CHECK(received().ends_with("\n\n\r\n0\r\n\r\n"));
}
