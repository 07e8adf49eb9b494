// SPDX-License-Identifier: BSL-1.0
#include "one_route.hpp"
#include "skip_where_sanitized.hpp"

#include <boost/asio/awaitable.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

constexpr std::size_t large = 12 * 1024 * 1024; // more than the kernel takes for a client that does not read

/// A file that is gone afterwards.
class scratch_file
{
public:
    explicit scratch_file(std::string_view content, std::string const& name)
        : path(fs::temp_directory_path() / (std::to_string(::getpid()) + name))
    {
        std::ofstream(path, std::ios::binary) << content;
    }
    ~scratch_file() { fs::remove(path); }
    scratch_file(scratch_file const&) = delete;
    scratch_file& operator=(scratch_file const&) = delete;

    fs::path const path;
};

/// One that is served at "/".
class served_file : public scratch_file
{
public:
    explicit served_file(std::string_view content)
        : scratch_file(content, "file.txt"), fixture(std::bind_front(send_it, path.string()))
    {}

    one_route fixture;

private:
    static asio::awaitable<tidings::response> send_it(std::string path, tidings::context,
                                                      tidings::request const&)
    {
        auto answer = tidings::response::file(path);
        co_return answer;
    }
};

asio::awaitable<tidings::response> send_below(fs::path folder, tidings::context,
                                              tidings::request const& request)
{
    auto answer = tidings::response::file_below(folder, request.param("name"));
    co_return answer;
}

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

// The length is that of the file which is sent, also where another takes its name while it is opened.
TEST_CASE("a file that is replaced again and again")
{
    std::string const few(10, 'a');
    std::string const many(20, 'b');
    served_file file(few);
    scratch_file const one(few, "one.txt");
    scratch_file const other(many, "other.txt");
    std::jthread const replacing([&](std::stop_token const& ended) {
        auto const next = file.path.string() + ".next";
        while (!ended.stop_requested())
            for (auto const* source : {&other.path, &one.path}) {
                fs::create_hard_link(*source, next);
                fs::rename(next, file.path);
            }
    });
    auto reading = file.fixture.connect();
    for (int i = 0; i < 2000; ++i) {
        reading.get("/");
        auto const length = reading.read_head().header("Content-Length");
        auto const body = reading.read_body();
        REQUIRE(body == (length == "10" ? few : many));
    }
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

// Whatever a client writes into a path, it gets what lies in the folder, under the name that was asked for.
TEST_CASE("a folder is served and not left")
{
    scratch_file const page("page", "page.html");
    scratch_file const secret("secret", "secret");
    auto const inside = page.path.parent_path() / (std::to_string(::getpid()) + "folder");
    fs::create_directory(inside);
    fs::rename(page.path, inside / "page.html");
    server_fixture fixture;
    fixture.routes().get("/f/{name}", std::bind_front(send_below, inside));
    fixture.start();
    auto const up = "..%2F" + secret.path.filename().string();
    for (auto const& [path, status] :
         {std::pair{std::string("/f/page.html"), 200}, std::pair{std::string("/f/%70age.html"), 200},
          std::pair{"/f/" + up, 404}, std::pair{"/f/%2e%2e%2f" + secret.path.filename().string(), 404},
          std::pair{"/f/" + secret.path.string(), 404}, std::pair{std::string("/f/.."), 404},
          std::pair{std::string("/f/."), 404}, std::pair{std::string("/f/page.html%00.png"), 400},
          std::pair{std::string("/f/page.html%0a"), 400}}) {
        CAPTURE(path);
        auto asking = fixture.connect();
        asking.get(path);
        auto const head = asking.read_head();
        CHECK(head.status() == status);
        if (status == 200)
            CHECK(head.header("Content-Type") == "text/html; charset=utf-8");
    }
    fs::remove_all(inside);
}

// One route serves a folder with all that is in it, whatever its depth, and leads no further than that.
TEST_CASE("a folder behind a route with a tail")
{
    fs::path const inside = fs::temp_directory_path() / ("tidings-tail-" + std::to_string(::getpid()));
    fs::create_directories(inside / "style");
    std::ofstream(inside / "style" / "main.css") << "css";
    server_fixture fixture;
    fixture.routes().get("/site/{name...}", std::bind_front(send_below, inside));
    fixture.start();
    for (auto const& [path, status] :
         {std::pair{"/site/style/main.css", 200}, std::pair{"/%73ite/style%2Fmain.css", 200},
          std::pair{"/site/style", 404}, std::pair{"/site/", 404}, std::pair{"/site/style/../../x", 404},
          std::pair{"/site//etc/passwd", 404}, std::pair{"/site/../site/style/main.css", 404}}) {
        CAPTURE(path);
        auto asking = fixture.connect();
        asking.get(path);
        CHECK(asking.read_head().status() == status);
        CHECK((asking.read_body() == "css") == (status == 200));
    }
    fs::remove_all(inside);
}

// A file for which there is no descriptor is not missing: the client may ask again, and the log says why.
TEST_CASE("a file without a descriptor")
{
    skip_where_sanitized();
    served_file file("content");
    auto asking = file.fixture.connect();
    asking.get("/nowhere"); // so that it has been accepted
    CHECK(asking.read_head().status() == 404);
    (void)asking.read_body();
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    int const next = ::dup(0);
    ::close(next);
    rlimit none_left = before;
    none_left.rlim_cur = static_cast<rlim_t>(next);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none_left) == 0);
    asking.get("/");
    auto const refused = asking.read_head();
    (void)asking.read_body();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(refused.status() == 503);
    CHECK(refused.has_header("Retry-After"));
    CHECK(file.fixture.count_logged("raise the limit of open files") == 1);
    asking.get("/");
    CHECK(asking.read_head().status() == 200);
}
