// SPDX-License-Identifier: BSL-1.0
#include "one_route.hpp"

#include <boost/asio/awaitable.hpp>

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::testing::client;

namespace {

constexpr std::size_t large = 12 * 1024 * 1024; // more than the kernel takes for a client that does not read

/// A file that is served at "/", and gone afterwards.
class served_file
{
public:
    explicit served_file(std::string_view content, std::string const& name = "file.txt")
        : path(fs::temp_directory_path() / (std::to_string(::getpid()) + name)),
          fixture(std::bind_front(send_it, path.string()))
    {
        std::ofstream(path, std::ios::binary) << content;
    }
    ~served_file() { fs::remove(path); }
    served_file(served_file const&) = delete;
    served_file& operator=(served_file const&) = delete;

    fs::path const path;
    one_route fixture;

private:
    static asio::awaitable<tidings::response> send_it(std::string path, tidings::context,
                                                      tidings::request const&)
    {
        auto answer = tidings::response::file(path);
        co_return answer;
    }
};

std::string pattern(std::size_t size)
{
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>('a' + i % 23);
    return text;
}

} // namespace

TEST_CASE("a file is sent whole, with its length and type")
{
    std::string const content = pattern(large);
    served_file file(content);
    auto reading = file.fixture.connect();
    for (int i = 0; i < 2; ++i) { // the connection goes on behind it
        reading.get("/");
        auto const head = reading.read_head();
        CHECK(head.status() == 200);
        CHECK(head.header("Content-Length") == std::to_string(large));
        CHECK(head.header("Content-Type") == "text/plain; charset=utf-8");
        CHECK(reading.read_body() == content);
    }
}

TEST_CASE("HEAD of a file, an empty file, a missing file")
{
    served_file file("content");
    auto asking = file.fixture.connect();
    asking.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    auto head = asking.read_head();
    CHECK(head.status() == 200);
    CHECK(head.header("Content-Length") == "7");
    fs::resize_file(file.path, 0);
    asking.get("/");
    head = asking.read_head();
    CHECK(head.header("Content-Length") == "0");
    CHECK(asking.read_body().empty());
    fs::remove(file.path);
    asking.get("/");
    CHECK(asking.read_head().status() == 404);
    (void)asking.read_body();
    fs::create_directory(file.path); // nothing that could be sent
    asking.get("/");
    CHECK(asking.read_head().status() == 404);
}

// Its descriptor and its connection are given back at once.
TEST_CASE("a client that leaves in the middle of a file")
{
    served_file file(pattern(large));
    auto leaving = file.fixture.connect({.receive_buffer = 4096});
    leaving.get("/");
    CHECK(leaving.read_head().status() == 200);
    leaving.reset();
    CHECK(file.fixture.wait_for_stats(nothing_is_left, 1s)); // before any timeout
}

// The length was promised: a file that gets shorter ends the connection, so that nobody takes a part for the
// whole.
TEST_CASE("a file that shrinks while it is sent")
{
    served_file file(pattern(large));
    auto reading = file.fixture.connect({.receive_buffer = 4096});
    reading.get("/");
    CHECK(reading.read_head().header("Content-Length") == std::to_string(large));
    fs::resize_file(file.path, 1000);
    CHECK(reading.read_to_end().size() < large);
    CHECK(file.fixture.wait_for_stats(no_handler_is_left));
}
