// SPDX-License-Identifier: BSL-1.0
#include "connected_pair.hpp"
#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using namespace std::chrono_literals;
using namespace tidings::test;
using asio::ip::tcp;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

/// One connection that was lent to a server, and what comes back of it.
template <typename Protocol>
class loan
{
public:
    using socket = typename Protocol::socket;

    loan(asio::io_context& io, tidings::server& to, socket lent, std::string already_read = {})
        : io_(io), work_(io.get_executor())
    {
        io_.restart(); // it has run out of work where another loan is over
        auto const token = std::make_shared<bool>();
        token_ = token;
        to.adopt(std::move(lent), std::move(already_read), [this, token](socket given, std::string bytes) {
            back_ = std::move(given);
            bytes_ = std::move(bytes);
        });
    }

    /// Waits until it comes back.
    bool is_back()
    {
        while (!back_ && io_.run_one_for(10s) != 0) {
        }
        return back_.has_value();
    }
    /// What came back, and what is still to be read behind it, up to a size.
    std::string text(std::size_t size)
    {
        std::string rest(size - bytes_.size(), '\0');
        asio::read(*back_, asio::buffer(rest));
        return bytes_ + rest;
    }
    std::string const& bytes() const noexcept { return bytes_; }
    bool has_come_back() const noexcept { return back_.has_value(); }
    /// Whether nobody will give it back any more.
    bool is_over() const noexcept { return token_.expired(); }
    void answer(std::string_view text) { asio::write(*back_, asio::buffer(text)); }

private:
    asio::io_context& io_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::weak_ptr<bool> token_;
    std::optional<socket> back_;
    std::string bytes_;
};

/// A server of Beast, which lends each connection to one of ours first, and each time it has answered.
class beast_server
{
public:
    explicit beast_server(tidings::server& first) : first_(first), acceptor_(io_, any_port())
    {
        accept();
        thread_ = std::jthread([this] { io_.run(); });
    }
    ~beast_server()
    {
        asio::post(io_, [this] { acceptor_.close(); });
        thread_.join();
    }
    beast_server(beast_server const&) = delete;
    beast_server& operator=(beast_server const&) = delete;

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    static tcp::endpoint any_port() { return {asio::ip::address_v4::loopback(), 0}; }

    void accept()
    {
        acceptor_.async_accept([this](boost::system::error_code error, tcp::socket accepted) {
            if (error)
                return;
            lend(std::move(accepted), {});
            accept();
        });
    }
    void lend(tcp::socket lent, std::string already_read)
    {
        first_.adopt(std::move(lent), std::move(already_read),
                     [this](tcp::socket back, std::string const& bytes) { answer(std::move(back), bytes); });
    }
    void answer(tcp::socket back, std::string const& bytes)
    {
        beast::flat_buffer buffer;
        buffer.commit(asio::buffer_copy(buffer.prepare(bytes.size()), asio::buffer(bytes)));
        http::request<http::string_body> asked;
        http::read(back, buffer, asked);
        http::response<http::string_body> said(http::status::ok, asked.version());
        said.body() = "Beast has read " + asked.body();
        said.prepare_payload();
        http::write(back, said);
        lend(std::move(back), beast::buffers_to_string(buffer.data()));
    }

    tidings::server& first_;
    asio::io_context io_;
    tcp::acceptor acceptor_;
    std::jthread thread_;
};

constexpr std::string_view unrouted =
    "POST /page?of=it HTTP/1.1\r\nHost: example\r\nContent-Length: 4\r\n\r\nbody";

} // namespace

// One connection, pipelined: streams and answers of this server, and between them those of another. Each is
// in its place.
TEST_CASE("requests that no route takes are answered by a server of Beast")
{
    server_fixture fixture;
    fixture.routes().get("/stream", send_one);
    fixture.routes().get("/plain", answer_plainly);
    fixture.start();
    beast_server const other(fixture.routes());
    client asking(other.port());
    std::string const plain = "GET /plain HTTP/1.1\r\nHost: example\r\n\r\n";
    std::string const stream = "GET /stream HTTP/1.1\r\nHost: example\r\n\r\n";
    asking.send(plain + std::string(unrouted) + std::string(unrouted) + stream);
    CHECK(asking.read_head().status() == 200);
    CHECK(asking.read_body() == "plain");
    for (int i = 0; i < 2; ++i) {
        CHECK(asking.read_head().status() == 200);
        CHECK(asking.read_body() == "Beast has read body");
    }
    CHECK(asking.read_head().status() == 200);
    CHECK(asking.next_event()->data() == "one");
    CHECK_FALSE(asking.next_event());
    asking.send(unrouted); // behind a stream
    CHECK(asking.read_head().status() == 200);
    CHECK(asking.read_body() == "Beast has read body");
    CHECK(fixture.stats().requests == 2);
}

// Wherever the application has stopped reading: nothing is lost, nothing is there twice.
TEST_CASE("a request comes back whole, whatever was read of it")
{
    asio::io_context io;
    server_fixture fixture;
    fixture.start();
    for (std::size_t read = 0; read <= unrouted.size(); ++read) {
        auto [near, far] = connected_pair(io);
        loan<tcp> lent(io, fixture.routes(), std::move(far), std::string(unrouted.substr(0, read)));
        asio::write(near, asio::buffer(unrouted.substr(read)));
        INFO("read before: " << read);
        REQUIRE(lent.is_back());
        REQUIRE(lent.text(unrouted.size()) == unrouted);
    }
    CHECK(fixture.wait_for_stats(nothing_is_left));
    CHECK(fixture.stats().requests == 0);
    CHECK(fixture.log().empty());
}

// Also where it comes in two pieces, and the first is behind a request that was answered here.
TEST_CASE("a request that follows another comes back whole, wherever it is cut")
{
    asio::io_context io;
    one_route fixture(answer_plainly);
    std::string const routed = "GET / HTTP/1.1\r\nHost: example\r\n\r\n\r\n"; // and a blank line behind it
    for (std::size_t first = 0; first <= unrouted.size(); ++first) {
        auto [near, far] = connected_pair(io);
        loan<tcp> lent(io, fixture.routes(), std::move(far));
        asio::write(near, asio::buffer(routed + std::string(unrouted.substr(0, first))));
        std::string answer;
        asio::read_until(near, asio::dynamic_buffer(answer), "\r\n\r\nplain");
        asio::write(near, asio::buffer(unrouted.substr(first)));
        INFO("in the first piece: " << first);
        REQUIRE(lent.is_back());
        REQUIRE(lent.text(unrouted.size()) == unrouted);
    }
}

TEST_CASE("a unix socket comes back as one")
{
    using asio::local::stream_protocol;
    asio::io_context io;
    server_fixture fixture;
    fixture.start();
    stream_protocol::socket near(io), far(io);
    asio::local::connect_pair(near, far);
    asio::write(near, asio::buffer(unrouted));
    loan<stream_protocol> lent(io, fixture.routes(), std::move(far));
    REQUIRE(lent.is_back());
    CHECK(lent.text(unrouted.size()) == unrouted);
    lent.answer("thanks");
    std::string thanks(6, '\0');
    asio::read(near, asio::buffer(thanks));
    CHECK(thanks == "thanks");
}

// A body is not waited for, however large, and nobody is told to send it.
TEST_CASE("a request comes back on its head")
{
    asio::io_context io;
    server_fixture fixture;
    fixture.start();
    auto [near, far] = connected_pair(io);
    std::string const head = "PUT /large HTTP/1.1\r\nHost: example\r\nExpect: 100-continue\r\n"
                             "Content-Length: 99999999\r\n\r\n";
    asio::write(near, asio::buffer(head));
    loan<tcp> lent(io, fixture.routes(), std::move(far));
    REQUIRE(lent.is_back());
    CHECK(lent.bytes() == head);
    CHECK(near.available() == 0);
}

// What a path of this server's own answers stays, and meets the checks; all else meets none.
TEST_CASE("which requests come back")
{
    server_fixture fixture;
    std::atomic<int> asked = 0; // on the server's thread
    fixture.routes().check([&asked](tidings::request const&, tidings::headers&) {
        ++asked;
        return std::optional<tidings::response>();
    });
    fixture.routes().get("/items/{id}", answer_plainly);
    fixture.start();
    auto const comes_back = [&](std::string const& method, std::string const& path) {
        bool is_answered = false;
        asio::io_context io;
        auto [near, far] = connected_pair(io);
        asio::write(near, asio::buffer(method + ' ' + path + " HTTP/1.0\r\n\r\n"));
        loan<tcp> const lent(io, fixture.routes(), std::move(far));
        near.async_wait(tcp::socket::wait_read, [&](boost::system::error_code) { is_answered = true; });
        while (!is_answered && !lent.has_come_back() && io.run_one_for(10s) != 0) {
        }
        return lent.has_come_back();
    };
    CHECK(comes_back("GET", "/"));
    CHECK(comes_back("POST", "/items/1"));
    CHECK(comes_back("OPTIONS", "/"));
    CHECK(asked == 0);
    CHECK_FALSE(comes_back("GET", "/items/1"));
    CHECK_FALSE(comes_back("HEAD", "/items/1"));
    CHECK_FALSE(comes_back("OPTIONS", "/items/1"));
    CHECK_FALSE(comes_back("OPTIONS", "*"));
    CHECK(asked == 4);
}

// What is no request is refused here, with HTTP/2 among it; and what nobody asks for is over with its time.
TEST_CASE("what is malformed does not come back")
{
    asio::io_context io;
    auto options = server_fixture::brisk();
    options.head_timeout = 100ms;
    server_fixture fixture(options);
    fixture.start();
    for (auto const& [sent, status] :
         {std::pair<std::string, int>{"GET / HTTP/1.1\r\n\r\n", 400}, // without a Host
          {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
          {"GET /slow HTTP/1.1\r\n", 408},
          {"GET /" + std::string(20'000, 'x'), 414}}) {
        auto [near, far] = connected_pair(io);
        asio::write(near, asio::buffer(sent));
        loan<tcp> lent(io, fixture.routes(), std::move(far));
        std::string answer;
        boost::system::error_code ended;
        asio::read(near, asio::dynamic_buffer(answer), ended);
        CHECK(answer.substr(0, 12) == "HTTP/1.1 " + std::to_string(status));
        near.close();
        CHECK(fixture.wait_for_stats(nothing_is_left));
        CHECK_FALSE(lent.has_come_back());
    }
}

TEST_CASE("a full server gives back what is not for it")
{
    asio::io_context io;
    auto options = server_fixture::brisk();
    options.max_connections = 1;
    one_route fixture(stay_open, options);
    client const first = ask(fixture);
    auto [near, far] = connected_pair(io);
    asio::write(near, asio::buffer(unrouted));
    loan<tcp> lent(io, fixture.routes(), std::move(far));
    REQUIRE(lent.is_back());
    CHECK(lent.text(unrouted.size()) == unrouted);
}

TEST_CASE("a stop ends connections that were lent, and what waits for them")
{
    asio::io_context io;
    one_route fixture(answer_plainly);
    auto [near, far] = connected_pair(io);
    loan<tcp> lent(io, fixture.routes(), std::move(far));
    asio::write(near, asio::buffer(std::string_view("GET / HTTP/1.1\r\nHost: example\r\n\r\n")));
    std::string answer;
    asio::read_until(near, asio::dynamic_buffer(answer), "\r\n\r\nplain");
    fixture.stop();
    boost::system::error_code ended;
    answer.clear();
    asio::read(near, asio::dynamic_buffer(answer), ended);
    CHECK(answer.empty());
    CHECK(lent.is_over());
    CHECK_FALSE(lent.has_come_back());
}
