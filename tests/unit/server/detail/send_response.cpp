// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/send_response.hpp>
#include <tidings/server/detail/shared_state.hpp>

#include "support/scripted_transport.hpp"
#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::response;
using tidings::internal::event_writer;
using tidings::internal::writer_options;
using tidings::test::scripted_transport;
using tidings::test::virtual_loop;

namespace {

class answering
{
public:
    virtual_loop loop;
    scripted_transport over;
    writer_options options{.keep_alive = 15s, .write_timeout = 10s, .queue_bytes = 100};
    event_writer out{loop.root, over, options};
    tidings::detail::shared_state shared{tidings::server_options{}};
    std::optional<bool> result;

    void begin(response const& answer, tidings::request asked = tidings::request::get("/"))
    {
        loop.start_coroutine(send(answer, std::move(asked)));
        loop.settle();
    }

    void take_more(std::size_t bytes)
    {
        over.capacity = bytes;
        out.on_writable();
        loop.settle();
    }

private:
    asio::awaitable<void> send(response answer, tidings::request asked)
    {
        result = co_await tidings::detail::send_response(out, loop.io, shared, answer, asked);
    }
};

constexpr auto head_of_five = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
                              "Content-Length: 5\r\n\r\n";

} // namespace

TEST_CASE_METHOD(answering, "a small answer leaves in one write")
{
    begin(response::text("plain"));
    CHECK(over.taken == std::string(head_of_five) + "plain");
    CHECK(over.writes.size() == 1);
    CHECK(result == true);
}

TEST_CASE_METHOD(answering, "the answer to HEAD is the head alone")
{
    begin(response::text("plain"), tidings::request("HEAD", "/"));
    CHECK(over.taken == head_of_five);
    CHECK(result == true);
}

// What waits for a slow peer stays small, however large the answer is.
TEST_CASE_METHOD(answering, "a large answer waits for its peer in small pieces")
{
    std::string const body(1'000'000, 'x');
    auto const answer = response::text(body);
    over.capacity = 0;
    begin(answer);
    while (!result) {
        REQUIRE(out.unsent() > 0);
        REQUIRE(out.unsent() < 70'000);
        take_more(50'000);
    }
    CHECK(result == true);
    CHECK((over.taken.substr(over.taken.find("\r\n\r\n") + 4) == body)); // too long to be printed
}

TEST_CASE_METHOD(answering, "an answer ends with its connection")
{
    over.capacity = 10;
    begin(response::text("plain"));
    CHECK_FALSE(result);
    over.is_gone = true;
    take_more(1000);
    CHECK(result == false);
}

// A file is opened on another thread; the loop goes on until its answer is out. What was said of the file
// does not hold for its absence.
TEST_CASE_METHOD(answering, "a file that is not there is a 404")
{
    auto answer = response::file(std::filesystem::temp_directory_path() / "is" / "not" / "there.txt");
    answer.with_header("Cache-Control", "max-age=60");
    tidings::headers kept;
    kept.add("Vary", "Origin");
    tidings::internal::access::set_headers_if_missing(answer, kept);
    begin(answer);
    loop.io.restart();
    loop.io.run();
    CHECK(over.taken.starts_with("HTTP/1.1 404 Not Found\r\n"));
    CHECK(over.taken.find("\r\nVary: Origin\r\n") != std::string::npos);
    CHECK(over.taken.find("Cache-Control") == std::string::npos);
    CHECK(over.taken.ends_with("\r\n\r\nnot found\n"));
    CHECK(result == true);
}

// A client that may come back is told so; one that asks for what is not there, or not for it, is told that;
// and what the server cannot help is its own failure, not a missing file.
TEST_CASE("each failure of a file has its status")
{
    auto const status = [](int error) { return tidings::detail::file_refusal(error).status(); };
    for (int const missing : {ENOENT, ENOTDIR, ELOOP, EXDEV, ENAMETOOLONG, ENXIO})
        CHECK(status(missing) == 404);
    for (int const forbidden : {EACCES, EPERM})
        CHECK(status(forbidden) == 403);
    for (int const passing : {EMFILE, ENFILE, ENOMEM, EAGAIN}) {
        CHECK(status(passing) == 503);
        CHECK(tidings::detail::file_refusal(passing).fields().contains("Retry-After"));
    }
    for (int const own : {EIO, EOVERFLOW, ESTALE})
        CHECK(status(own) == 500);
}
