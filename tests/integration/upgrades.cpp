// SPDX-License-Identifier: BSL-1.0
#include "handlers.hpp"
#include "service_node.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <poll.h>
#include <stdexcept>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

asio::awaitable<response> say(std::string const& name, context, request const&)
{
    co_return response::text(name);
}

handler saying(std::string name)
{
    return std::bind_front(say, std::move(name));
}

std::string answer_of(std::uint16_t port)
{
    return answer_to(testing::client(port));
}

bool has_input(int descriptor, std::chrono::milliseconds within)
{
    pollfd asked{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&asked, 1, static_cast<int>(within.count())) > 0;
}

struct upgrade
{
    scratch_folder folder;
    service_options const how{.upgrade_socket = folder.file("upgrade.sock")};
    std::unique_ptr<service_node> old =
        std::make_unique<service_node>(how, endpoint{.port = 0}, saying("old"), 2);

    std::unique_ptr<service_node> next(std::string name, std::uint16_t port) const
    {
        return std::make_unique<service_node>(how, endpoint{.port = port}, saying(std::move(name)), 2);
    }
    std::unique_ptr<service_node> next(std::string name) const { return next(std::move(name), old->port()); }
};

} // namespace

TEST_CASE("a newer process takes the place of an older one")
{
    upgrade of;
    of.old->routes().get("/events", say_farewell);
    of.old->start();
    std::uint16_t const port = of.old->port();
    testing::client follower(port);
    follower.get("/events");
    CHECK(follower.read_head().status() == 200);
    CHECK_FALSE(of.old->unit.replaces());

    auto newer = of.next("new");
    CHECK(newer->unit.replaces());
    CHECK(answer_of(port) == "old"); // nothing has changed yet
    newer->start();
    CHECK(newer->port() == port);
    of.old->join(); // it has drained
    CHECK(follower.read_until("retry: ").ends_with("retry: "));
    CHECK(answer_of(port) == "new");

    auto newest = of.next("newest", port);
    newest->start();
    newer->join();
    CHECK(answer_of(port) == "newest");
    newest->stop();
    CHECK_FALSE(fs::exists(of.how.upgrade_socket));
    CHECK_THROWS(testing::client(port));
}

// Clients that come without a pause meanwhile: none is refused or reset.
TEST_CASE("no client notices an upgrade")
{
    upgrade of;
    of.old->start();
    std::uint16_t const port = of.old->port();
    std::atomic<bool> is_enough = false;
    std::atomic<std::size_t> answered = 0, failed = 0;
    std::vector<std::jthread> clients;
    for (int i = 0; i < 16; ++i)
        clients.emplace_back([&] {
            while (!is_enough) {
                try {
                    std::string const got = answer_of(port);
                    ++(got == "old" || got == "new" ? answered : failed);
                } catch (std::exception const&) {
                    ++failed;
                }
            }
        });
    std::unique_ptr<service_node> newer;
    for (int i = 0; i < 20; ++i) {
        newer = of.next("new");
        newer->start();
        of.old->join();
        CHECK(answer_of(port) == "new");
        of.old = std::move(newer);
    }
    is_enough = true;
    clients.clear();
    CHECK(failed == 0);
    CHECK(answered > 0);
}

TEST_CASE("a newer process that goes before it serves changes nothing")
{
    upgrade of;
    std::atomic<int> released = 0, reclaimed = 0;
    std::promise<void> is_back;
    of.old->unit.on_release([&] { ++released; },
                            [&] {
                                ++reclaimed;
                                is_back.set_value();
                            });
    of.old->start();
    std::uint16_t const port = of.old->port();
    (void)of.next("fails");
    CHECK(answer_of(port) == "old");
    std::optional<testing::client> waiting; // in the kernel, while nobody accepts
    {
        auto const failing = of.next("fails late");
        failing->unit.request_release();
        CHECK(released == 1);
        waiting.emplace(port);
        waiting->get("/");
        CHECK_FALSE(has_input(waiting->native_handle(), 50ms));
    }
    is_back.get_future().wait();
    CHECK(waiting->read_head().status() == 200);
    CHECK(waiting->read_body() == "old");
    CHECK(reclaimed == 1);
    auto newer = of.next("new");
    newer->unit.request_release();
    newer->start();
    of.old->join();
    CHECK(released == 2);
    CHECK(reclaimed == 1);
    CHECK(answer_of(port) == "new");
}

TEST_CASE("a process that cannot let go says why, and goes on")
{
    upgrade of;
    of.old->unit.on_release([] { throw std::runtime_error("the disk is full"); }, {});
    of.old->start();
    {
        auto const newer = of.next("new");
        CHECK_THROWS_WITH(newer->unit.request_release(), ContainsSubstring(std::to_string(::getpid())) &&
                                                             ContainsSubstring("the disk is full"));
    }
    CHECK(answer_of(of.old->port()) == "old");
}

TEST_CASE("of two newer processes one wins, and the other learns why not")
{
    upgrade of;
    of.old->start();
    std::uint16_t const port = of.old->port();
    auto newer = of.next("new");
    CHECK_THROWS_WITH(of.next("late"), ContainsSubstring("is replacing it at this moment"));
    newer->start();
    of.old->join();
    CHECK(answer_of(port) == "new");
}

// Its own end is ordinary then: what it had is free.
TEST_CASE("a process ends while a newer one gets ready")
{
    upgrade of;
    of.old->start();
    std::uint16_t const port = of.old->port();
    auto newer = of.next("new");
    of.old->stop();
    newer->start();
    CHECK(answer_of(port) == "new");
    auto newest = of.next("newest", port);
    newest->start();
    newer->join();
    CHECK(answer_of(port) == "newest");
}

TEST_CASE("the file of a unix socket stays through an upgrade")
{
    scratch_folder const folder;
    service_options const how{.upgrade_socket = folder.file("upgrade.sock")};
    endpoint const where{.unix_socket = folder.file("http.sock")};
    service_node old(how, where, saying("old"));
    old.start();
    service_node newer(how, where, saying("new"));
    newer.start();
    old.join();
    CHECK(answer_to(testing::client::over_unix_socket(where.unix_socket)) == "new");
    newer.stop();
    CHECK_FALSE(fs::exists(where.unix_socket));
}

// A newer version may listen elsewhere.
TEST_CASE("what a newer process does not want is closed, and what is new it opens")
{
    upgrade of;
    of.old->start();
    std::uint16_t const port = of.old->port();
    endpoint const elsewhere{.unix_socket = of.folder.file("http.sock")};
    service_node newer(of.how, elsewhere, saying("new"));
    newer.start();
    of.old->join();
    CHECK_THROWS(testing::client(port));
    CHECK(answer_to(testing::client::over_unix_socket(elsewhere.unix_socket)) == "new");
}

// Whoever runs a second one by mistake, without a socket for upgrades, gets an error as ever.
TEST_CASE("an upgrade socket that cannot be opened is named")
{
    service_node node({.upgrade_socket = "/nowhere/upgrade.sock"}, {.port = 0}, saying("none"));
    CHECK_THROWS_WITH(node.unit.start(node.routes()), ContainsSubstring("/nowhere/upgrade.sock"));
}
