// SPDX-License-Identifier: BSL-1.0
#include "one_route.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fs = std::filesystem;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;
using tidings::test::server_fixture;

namespace {

struct answer
{
    tidings::testing::received_head head;
    std::string body;
};

/// A folder of pages that is served, beside a file that nobody is to see.
class site : public server_fixture
{
public:
    site()
    {
        fs::create_directories(pages / "docs" / "deep");
        fs::create_directory(pages / "empty");
        fs::create_directory(pages / "private");
        fs::create_directory(pages / ".git");
        root.write("secret", "secret");
        root.write("pages/index.html", "index");
        root.write("pages/page.html", "page");
        root.write("pages/style.css", "css");
        root.write("pages/docs/index.html", "docs");
        root.write("pages/docs/deep/note.txt", "note");
        root.write("pages/private/plan.html", "secret plan");
        root.write("pages/.git/config", "secret config");
        root.write("pages/.env", "secret environment");
    }

    answer ask(std::string const& target, std::string_view fields = {}, std::string_view method = "GET") const
    {
        auto asking = connect();
        asking.send(std::string(method) + " " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
        asking.send(std::string(fields) + "\r\n");
        auto head = asking.read_head();
        return {std::move(head), method == "HEAD" ? asking.read_to_end() : asking.read_body()};
    }

    int status(std::string const& target) const { return ask(target).head.status(); }

    scratch_folder const root;
    fs::path const pages = root.file("pages");
};

/// At "/", and started.
class site_at_root : public site
{
public:
    site_at_root()
    {
        routes().files("/", pages);
        start();
    }
};

std::optional<tidings::response> refuse(tidings::request const&, tidings::headers&)
{
    return tidings::response::text("forbidden\n", 403);
}

/// Not the one who may read everything, for the life of this.
class somebody_else
{
public:
    somebody_else() { REQUIRE(::seteuid(65534) == 0); }
    ~somebody_else() { (void)::seteuid(0); }
    somebody_else(somebody_else const&) = delete;
    somebody_else& operator=(somebody_else const&) = delete;
};

} // namespace

TEST_CASE_METHOD(site_at_root, "a folder is served with one call")
{
    auto const page = ask("/page.html");
    CHECK(page.head.status() == 200);
    CHECK(page.body == "page");
    CHECK(page.head.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(page.head.header("Cache-Control") == "no-cache");
    CHECK(page.head.has_header("ETag"));
    CHECK(page.head.has_header("Last-Modified"));
    CHECK(ask("/style.css?v=7").head.header("Content-Type") == "text/css; charset=utf-8");
    CHECK(ask("/docs/deep/note.txt").body == "note");
    CHECK(ask("/%70age.html").body == "page");
    auto const head = ask("/page.html", {}, "HEAD");
    CHECK(head.head.header("Content-Length") == "4");
    CHECK(head.head.header("ETag") == page.head.header("ETag"));
    CHECK(head.body.empty());
    auto const posted = ask("/page.html", {}, "POST");
    CHECK(posted.head.status() == 405);
    CHECK(posted.head.header("Allow") == "GET, HEAD, OPTIONS");
}

// The links of a page count from its path: it is the same page only with the '/'.
TEST_CASE_METHOD(site_at_root, "the page of a folder, and the way to it")
{
    for (auto const* path : {"/", "/docs/", "/?a=b"}) {
        auto const page = ask(path);
        CHECK(page.head.status() == 200);
        CHECK(page.body == (path == std::string_view("/docs/") ? "docs" : "index"));
        CHECK(page.head.header("Content-Type") == "text/html; charset=utf-8");
    }
    auto const moved = ask("/docs?a=b%20c");
    CHECK(moved.head.status() == 301);
    CHECK(moved.head.header("Location") == "./docs/?a=b%20c");
    CHECK(moved.head.header("Cache-Control") == "no-cache");
    CHECK_FALSE(moved.head.has_header("ETag"));
    CHECK(moved.body.empty());
    CHECK(ask("/d%6Fcs", {}, "HEAD").head.header("Location") == "./d%6Fcs/");
    for (auto const* without_page : {"/empty", "/empty/", "/docs/deep", "/docs/deep/"})
        CHECK(status(without_page) == 404);
}

TEST_CASE_METHOD(site, "a folder below a prefix")
{
    routes().files("/static", pages, "max-age=31536000, immutable");
    routes().files("/also/", pages / "docs");
    routes().get("/static/page.html",
                 [](tidings::context, tidings::request const&) -> boost::asio::awaitable<tidings::response> {
                     co_return tidings::response::text("own");
                 });
    start();
    CHECK(ask("/static/style.css").head.header("Cache-Control") == "max-age=31536000, immutable");
    CHECK(ask("/static/").body == "index");
    CHECK(ask("/static").head.header("Location") == "./static/");
    CHECK(ask("/static/page.html").body == "own");
    CHECK(ask("/also/").body == "docs");
    CHECK(status("/page.html") == 404);
    CHECK(status("/") == 404);
}

// Whatever a client writes into its path, it gets what lies below the folder, by its own name.
TEST_CASE_METHOD(site_at_root, "a folder is not left by any path")
{
    for (std::string const& path : {std::string("/.."),
                                    std::string("/../secret"),
                                    std::string("/%2e%2e/secret"),
                                    std::string("/.%2E/secret"),
                                    std::string("/%2e%2e%2fsecret"),
                                    std::string("/..%2Fsecret"),
                                    std::string("/docs/../../secret"),
                                    std::string("/docs/../page.html"),
                                    std::string("/docs%2findex.html"),
                                    std::string("/docs%2Findex.html"),
                                    std::string("/%2fetc/passwd"),
                                    std::string("//etc/passwd"),
                                    std::string("///etc/passwd"),
                                    std::string("/etc/passwd"),
                                    std::string("//"),
                                    std::string("//page.html"),
                                    std::string("/./page.html"),
                                    std::string("/docs//index.html"),
                                    std::string("/docs/./index.html"),
                                    std::string("/docs/."),
                                    std::string("/docs//"),
                                    std::string("/page.html/"),
                                    std::string("/page.html/index.html"),
                                    std::string("/page.html//"),
                                    std::string("/..\\secret"),
                                    std::string("/%5c..%5csecret"),
                                    std::string("/docs\\index.html"),
                                    std::string("/.%5c./secret"),
                                    std::string("/%252e%252e/secret"),
                                    std::string("/.env"),
                                    std::string("/.git/config"),
                                    std::string("/.git/"),
                                    std::string("/%2egit/config"),
                                    std::string("/docs/.%2fx"),
                                    "/" + std::string(300, 'x'),
                                    "/page.html" + std::string(5000, '/'),
                                    "/" + pages.string() + "/page.html",
                                    [] {
                                        std::string deep;
                                        for (int i = 0; i != 2500; ++i)
                                            deep += "/x";
                                        return deep;
                                    }()}) {
        CAPTURE(path);
        auto const refused = ask(path);
        CHECK(refused.head.status() == 404);
        CHECK_THAT(refused.body, !ContainsSubstring("secret"));
    }
    for (auto const* path : {"/page.html%00", "/%00", "/page.html%00.png", "/page%0a.html", "/%zz"}) {
        CAPTURE(path);
        CHECK(status(path) == 400);
    }
    CHECK(status("/page.html") == 200);
}

// A check for a prefix knows a path as it is written. No other spelling leads to the same file.
TEST_CASE_METHOD(site, "what a check guards has one path")
{
    routes().check("/private", refuse);
    routes().files("/", pages);
    start();
    for (auto const* guarded :
         {"/private/plan.html", "/%70rivate/plan.html", "/private//plan.html", "/private/"})
        CHECK(status(guarded) == 403);
    for (auto const* other :
         {"//private/plan.html", "/./private/plan.html", "/docs/../private/plan.html", "/private%2Fplan.html",
          "/private%2fplan.html", "/%2e/private/plan.html", "/%2fprivate/plan.html", "/private\\plan.html"})
        CHECK(status(other) == 404);
}

TEST_CASE_METHOD(site_at_root, "links are followed within the folder alone")
{
    fs::create_symlink("docs/deep/note.txt", pages / "inside.txt");
    fs::create_directory_symlink("docs", pages / "inside");
    fs::create_symlink("../secret", pages / "outside");
    fs::create_symlink(root.file("secret"), pages / "absolute");
    fs::create_directory_symlink("..", pages / "up");
    fs::create_symlink("/proc/self/environ", pages / "magic");
    fs::create_symlink("round", pages / "round");
    CHECK(ask("/inside.txt").body == "note");
    CHECK(ask("/inside/").body == "docs");
    for (auto const* out :
         {"/outside", "/absolute", "/up/secret", "/up/pages/page.html", "/up", "/magic", "/round"})
        CHECK(status(out) == 404);
}

// One loop serves all, and goes on: it waits for no pipe's other end.
TEST_CASE_METHOD(site_at_root, "what is no file is not found, and not waited for")
{
    REQUIRE(::mkfifo((pages / "pipe").c_str(), 0666) == 0);
    for (int i = 0; i != 20; ++i)
        CHECK(status("/pipe") == 404);
    CHECK(status("/pipe/") == 404);
    CHECK(status("/page.html") == 200);
}

TEST_CASE_METHOD(site_at_root, "a file that may not be read")
{
    fs::permissions(root.file(""), fs::perms(0755));
    fs::permissions(pages / "page.html", fs::perms::none);
    std::optional<somebody_else> reader;
    if (::geteuid() == 0)
        reader.emplace();
    CHECK(status("/style.css") == 200);
    auto const refused = ask("/page.html");
    CHECK(refused.head.status() == 403);
    CHECK(refused.body == "forbidden\n");
    CHECK(count_logged("page.html: Permission denied") == 1);
}

TEST_CASE_METHOD(site_at_root, "a file of the folder that shrinks while it is sent")
{
    std::string const large(12 * 1024 * 1024, 'x');
    root.write("pages/large", large);
    auto reading = connect({.receive_buffer = 4096});
    reading.get("/large");
    CHECK(reading.read_head().header("Content-Length") == std::to_string(large.size()));
    fs::resize_file(pages / "large", 1000);
    CHECK(reading.read_to_end().size() < large.size()); // the client does not take a part for the whole
    CHECK(wait_for_stats(no_handler_is_left));
}

TEST_CASE_METHOD(site, "a folder that is a link, is switched, goes and comes back")
{
    fs::create_directory_symlink("pages", root.file("current"));
    routes().files("/", root.file("current"));
    start();
    CHECK(ask("/page.html").body == "page");
    fs::create_directory(root.file("next"));
    root.write("next/page.html", "new");
    fs::create_directory_symlink("next", root.file("switched"));
    fs::rename(root.file("switched"), root.file("current"));
    CHECK(ask("/page.html").body == "new");
    fs::remove(root.file("current"));
    CHECK(status("/page.html") == 404);
    fs::rename(pages, root.file("current"));
    CHECK(ask("/page.html").body == "page");
}

// A name that is mistyped is found when the server is set up, and not by its users.
TEST_CASE_METHOD(site, "folders that cannot be served")
{
    CHECK_THROWS_WITH(routes().files("/", root.file("nowhere")),
                      ContainsSubstring("there is no folder \"" + root.file("nowhere") + "\""));
    CHECK_THROWS_AS(routes().files("/", root.file("secret")), std::invalid_argument);
    CHECK_THROWS_AS(routes().files("/", ""), std::invalid_argument);
    CHECK_THROWS_AS(routes().files("/", pages, "no-cache\r\n"), std::invalid_argument);
    CHECK_THROWS_AS(routes().files("static", pages), std::invalid_argument);
    routes().files("/", pages);
    CHECK_THROWS_AS(routes().files("/", pages), std::invalid_argument);
    start();
    CHECK_THROWS_AS(routes().files("/late", pages), std::logic_error);
    CHECK(status("/page.html") == 200);
}

TEST_CASE_METHOD(site_at_root, "what the client has already is not sent again")
{
    auto const first = ask("/page.html");
    std::string const tag(first.head.header("ETag"));
    std::string const modified(first.head.header("Last-Modified"));
    for (auto const& fields : {"If-None-Match: " + tag, "If-None-Match: \"x\", W/" + tag,
                               std::string("If-None-Match: *"), "If-Modified-Since: " + modified})
        for (auto const* method : {"GET", "HEAD"}) {
            CAPTURE(fields);
            auto const again = ask("/page.html", fields + "\r\n", method);
            CHECK(again.head.status() == 304);
            CHECK(again.head.header("ETag") == tag);
            CHECK(again.head.header("Last-Modified") == modified);
            CHECK(again.head.header("Cache-Control") == "no-cache");
            CHECK_FALSE(again.head.has_header("Content-Length"));
            CHECK_FALSE(again.head.has_header("Content-Type"));
            CHECK(again.body.empty());
        }
    CHECK(ask("/page.html", "If-None-Match: \"x\"\r\nIf-Modified-Since: " + modified + "\r\n").body ==
          "page");
    CHECK(ask("/docs/", "If-None-Match: *\r\n").head.status() == 304);
    CHECK(ask("/missing", "If-None-Match: *\r\n").head.status() == 404);
    root.write("pages/page.html", "another page");
    auto const changed = ask("/page.html", "If-None-Match: " + tag + "\r\n");
    CHECK(changed.body == "another page");
    CHECK(changed.head.header("ETag") != tag);
}

// Behind it, the connection goes on with the next request: a 304 has no body, nor the length of one.
TEST_CASE_METHOD(site_at_root, "an answer without a body leaves the connection to the next")
{
    auto asking = connect();
    for (int i = 0; i != 3; ++i) {
        asking.get("/page.html", "If-None-Match: *\r\n");
        CHECK(asking.read_head().status() == 304);
        asking.get("/docs");
        CHECK(asking.read_head().status() == 301);
        CHECK(asking.read_body().empty());
    }
}
