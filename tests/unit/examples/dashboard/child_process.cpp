// SPDX-License-Identifier: BSL-1.0
#include "dashboard/child_process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <fcntl.h>
#include <functional>
#include <poll.h>

using dashboard::child_process;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// Runs a test's coroutine on a loop of its own; whatever waits for too long ends with its context.
void run(std::function<asio::awaitable<void>(asio::io_context&, tidings::context)> body)
{
    asio::io_context loop;
    auto const root = tidings::context::root(loop.get_executor());
    auto const limited = tidings::with_timeout(root, 20s);
    std::exception_ptr thrown;
    asio::co_spawn(loop, body(loop, limited), [&](std::exception_ptr error) {
        thrown = error;
        loop.stop();
    });
    loop.run();
    if (thrown)
        std::rethrow_exception(thrown);
    CHECK_FALSE(limited.is_done());
}

std::vector<std::string> shell(std::string const& script)
{
    return {"sh", "-c", script};
}

asio::awaitable<std::string> read_all(child_process& child, tidings::context ctx)
{
    std::string all;
    for (;;) {
        std::string const piece = co_await child.read(ctx);
        if (piece.empty())
            co_return all;
        all += piece;
    }
}

} // namespace

// Both outputs come, in the order of writing, then the end, then the code.
TEST_CASE("output and exit code of a command")
{
    run([](asio::io_context& loop, tidings::context ctx) -> asio::awaitable<void> {
        child_process child(loop, shell("echo one; echo two >&2; echo three; exit 3"), "/");
        std::string const printed = co_await read_all(child, ctx);
        CHECK(printed == "one\ntwo\nthree\n");
        std::optional<int> const code = co_await child.ended().receive(ctx);
        CHECK(code == 3);
        CHECK_FALSE(child.ended_by_signal());
    });
}

// Whoever reads up to what was written when the command ended has all that it printed, and waits for nobody
// who holds the pipe open.
TEST_CASE("what a command has written is known when it has ended")
{
    run([](asio::io_context& loop, tidings::context ctx) -> asio::awaitable<void> {
        child_process child(loop, shell("tail -f /dev/null & echo one; echo two"), "/");
        std::optional<int> const code = co_await child.ended().receive(ctx);
        CHECK(code == 0);
        CHECK(child.written() == 8);
        std::string const printed = co_await child.read(ctx);
        CHECK(printed == "one\ntwo\n");
        CHECK(child.written() == 8);
    });
}

// Arguments reach the command as they are: nothing expands them.
TEST_CASE("no shell sees the arguments")
{
    run([](asio::io_context& loop, tidings::context ctx) -> asio::awaitable<void> {
        child_process child(loop, {"printf", "%s|%s", "$HOME; exit", "a  b"}, "/");
        std::string const printed = co_await read_all(child, ctx);
        CHECK(printed == "$HOME; exit|a  b");
        (void)co_await child.ended().receive(ctx);
    });
}

// A command that cannot run says so at once, in words.
TEST_CASE("what cannot be started throws")
{
    asio::io_context loop;
    CHECK_THROWS_WITH(child_process(loop, {"no-such-program"}, "/"),
                      "cannot run no-such-program: there is no such program in PATH");
    CHECK_THROWS_WITH(child_process(loop, {"/etc/passwd"}, "/"),
                      Catch::Matchers::StartsWith("cannot run /etc/passwd: "));
    // A child that is still on its way out would signal a loop that is being destroyed.
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
}

// The command starts in its folder, with nothing to read, and leads a process group.
TEST_CASE("the surroundings of a command")
{
    run([](asio::io_context& loop, tidings::context ctx) -> asio::awaitable<void> {
        child_process child(loop, shell("pwd; cat; cut -d' ' -f5 /proc/$$/stat; echo $$"), "/usr");
        std::string const printed = co_await read_all(child, ctx);
        auto const second = printed.find('\n') + 1;
        auto const third = printed.find('\n', second) + 1;
        CHECK(printed.substr(0, second) == "/usr\n");
        CHECK(printed.substr(second, third - second) == printed.substr(third));
        (void)co_await child.ended().receive(ctx);
    });
}

// A descriptor of this program, say a client's socket, must not live on in the command.
TEST_CASE("file descriptors are not inherited")
{
    int const ours = ::open("/dev/null", O_RDONLY);
    REQUIRE(ours > 2);
    run([ours](asio::io_context& loop, tidings::context ctx) -> asio::awaitable<void> {
        std::string const script =
            "test -e /proc/self/fd/" + std::to_string(ours) + " && echo open || echo closed";
        child_process child(loop, shell(script), "/");
        std::string const printed = co_await read_all(child, ctx);
        CHECK(printed == "closed\n");
        (void)co_await child.ended().receive(ctx);
    });
    ::close(ours);
}

// Ending a command ends what it started, too: the pipe is closed only when all of them are gone.
TEST_CASE("the whole group is ended")
{
    run([](asio::io_context& loop, tidings::context ctx) -> asio::awaitable<void> {
        child_process child(loop, shell("tail -f /dev/null & tail -f /dev/null & echo ready; wait"), "/");
        std::string const ready = co_await child.read(ctx);
        CHECK(ready == "ready\n");
        child.terminate();
        std::string const rest = co_await child.read(ctx);
        CHECK(rest == "");
        std::optional<int> const code = co_await child.ended().receive(ctx);
        CHECK(code == SIGTERM);
        CHECK(child.ended_by_signal());
    });
}

// A command that does not listen is killed.
TEST_CASE("kill ends a command that ignores to be asked")
{
    run([](asio::io_context& loop, tidings::context ctx) -> asio::awaitable<void> {
        child_process child(loop, shell("trap '' TERM; echo ready; while :; do tail -f /dev/null; done"),
                            "/");
        (void)co_await child.read(ctx);
        child.terminate();
        child.kill();
        std::optional<int> const code = co_await child.ended().receive(ctx);
        CHECK(code == SIGKILL);
    });
}

// A reader that is no longer wanted comes back, and the command runs on.
TEST_CASE("reading ends with its context")
{
    run([](asio::io_context& loop, tidings::context ctx) -> asio::awaitable<void> {
        child_process child(loop, shell("tail -f /dev/null"), "/");
        auto const brief = tidings::with_timeout(ctx, 10ms);
        std::string const piece = co_await child.read(brief);
        CHECK(piece == "");
        CHECK(brief.reason() == tidings::end_reason::deadline_exceeded);
        child.kill();
        (void)co_await child.ended().receive(ctx);
    });
}

// A killed program cannot end its commands; they end all the same. What holds a pipe open shows who is left.
TEST_CASE("a command ends with the program that started it")
{
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    pid_t const program = ::fork();
    REQUIRE(program >= 0);
    if (program == 0) {
        ::close(pipe[0]);
        asio::io_context loop;
        std::string const hold = "exec 9>/proc/" + std::to_string(::getpid()) + "/fd/" +
                                 std::to_string(pipe[1]) + "; printf . >&9; exec sleep 60";
        child_process const child(loop, shell(hold), "/");
        ::pause();
    }
    ::close(pipe[1]);
    char byte = 0;
    CHECK(::read(pipe[0], &byte, 1) == 1); // the command runs
    ::kill(program, SIGKILL);
    pollfd left{pipe[0], POLLIN, 0};
    CHECK(::poll(&left, 1, 20'000) == 1);
    ::close(pipe[0]);
    ::waitpid(program, nullptr, 0);
}
