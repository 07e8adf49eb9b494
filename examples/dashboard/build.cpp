// SPDX-License-Identifier: BSL-1.0
#include "build.hpp"

#include <tidings/wait/select.hpp>
#include <tidings/wait/spawn.hpp>

#include "scratch_folder.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

namespace dashboard {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Reads ahead by one piece; when nobody takes it, the command has to wait.
asio::awaitable<void> read_output(tidings::context ctx, std::shared_ptr<child_process> child,
                                  tidings::channel<std::string> output)
{
    for (;;) {
        std::string piece = co_await child->read(ctx);
        if (piece.empty() || !co_await output.send(ctx, std::move(piece)))
            break;
    }
    output.close();
}

std::vector<std::string> with_folder(std::vector<std::string> command, std::string const& folder)
{
    for (std::string& argument : command)
        if (auto const at = argument.find("{folder}"); at != argument.npos)
            argument.replace(at, 8, folder);
    return command;
}

} // namespace

std::string to_json(build_summary const& summary)
{
    return boost::json::serialize(boost::json::object{{"id", summary.id},
                                                      {"state", summary.state},
                                                      {"command", summary.command},
                                                      {"seconds", summary.seconds}});
}

build::build(int id, std::vector<std::string> command, build_limits limits, asio::io_context& loop)
    : id_(id), command_(std::move(command)), limits_(limits), loop_(loop),
      events_({.history_count = limits.lines + 1'000, .history_bytes = limits.bytes}),
      alive_(tidings::context::root(loop.get_executor())), wanted_(tidings::with_cancel(alive_)),
      splitter_(limits.line_bytes)
{}

build_summary build::summary() const
{
    std::lock_guard const lock(mutex_);
    auto const until = state_ == "running" ? clock::now() : ended_;
    return {id_, state_, fmt::format("{}", fmt::join(command_, " ")),
            std::chrono::duration<double>(until - started_).count()};
}

asio::awaitable<void> build::run(std::function<void(build const&)> changed)
{
    changed(*this);
    std::string state = "failed";
    std::string trouble;
    try {
        state = co_await run_command();
    } catch (std::exception const& error) {
        trouble = error.what();
    }
    if (!trouble.empty())
        publish_line("error: " + trouble);
    enter(state);
    events_.publish({.type = "result", .data = to_json(summary())});
    events_.close();
    changed(*this);
}

// The state that the command leaves the build in.
asio::awaitable<std::string> build::run_command()
{
    scratch_folder const folder;
    auto const child = std::make_shared<child_process>(loop_, with_folder(command_, folder.path().string()),
                                                       std::filesystem::current_path());
    tidings::channel<std::string> output;
    tidings::spawn(alive_, read_output, child, output);

    std::optional<int> code;
    while (auto next = co_await tidings::select(wanted_, output, child->ended())) {
        if (auto* piece = next.from(output)) {
            co_await publish(*piece);
        } else {
            code = *next.from(child->ended());
            break;
        }
    }
    bool const stopped = !code;
    if (stopped) {
        child->terminate();
        auto const patience = tidings::with_timeout(alive_, 3s);
        code = co_await child->ended().receive(patience);
        child->kill();
        if (!code)
            code = co_await child->ended().receive(alive_);
    }

    // What is still in the pipe belongs to the build. Who holds it open longer, say a daemon, does not.
    auto const leftovers = tidings::with_timeout(alive_, 1s);
    while (auto piece = co_await output.receive(leftovers))
        co_await publish(*piece);
    alive_.cancel();

    if (auto const last = splitter_.finish())
        publish_line(*last);
    if (stopped)
        co_return "stopped";
    if (*code == 0)
        co_return "succeeded";
    publish_line(fmt::format("error: the command ended with {} {}",
                             child->ended_by_signal() ? "signal" : "exit code", *code));
    co_return "failed";
}

asio::awaitable<void> build::publish(std::string const& output)
{
    for (std::string const& line : splitter_.push(output)) {
        ++lines_this_second_;
        publish_line(line);
    }
    if (lines_this_second_ >= limits_.lines_per_second && lines_ < limits_.lines) {
        (void)co_await second_.tick(wanted_);
        lines_this_second_ = 0;
    }
}

void build::publish_line(std::string const& line)
{
    if (auto const step = parse_progress(line); step && *step != progress_) {
        progress_ = *step;
        events_.publish({.type = "progress",
                         .data = fmt::format(R"({{"done":{},"total":{}}})", step->done, step->total)});
    }
    if (++lines_ <= limits_.lines)
        events_.publish({.type = "line", .data = line});
    else if (lines_ == limits_.lines + 1)
        events_.publish({.type = "line",
                         .data = fmt::format("… more than {} lines: the rest is not shown", limits_.lines)});
}

void build::enter(std::string state)
{
    std::lock_guard const lock(mutex_);
    state_ = std::move(state);
    ended_ = clock::now();
}

} // namespace dashboard
