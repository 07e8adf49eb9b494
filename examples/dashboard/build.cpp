// SPDX-License-Identifier: BSL-1.0
#include "build.hpp"

#include <tidings/hub/subscription.hpp>
#include <tidings/sse/utf8.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/ticker.hpp>

#include "scratch_folder.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
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

build::build(int id, std::vector<std::string> command, build_limits limits, asio::io_context& loop,
             tidings::topic_log* log)
    : command_(std::move(command)), limits_(limits), loop_(loop), events_({.name = topic_name(id),
                                                                           .max_events = limits.lines + 1'000,
                                                                           .history_bytes = limits.bytes,
                                                                           .log = log}),
      alive_(tidings::context::root(loop.get_executor())), wanted_(tidings::with_cancel(alive_)),
      splitter_(limits.line_bytes), summary_{id, "running", fmt::format("{}", fmt::join(command_, " "))}
{}

build::build(build_summary kept, build_limits limits, asio::io_context& loop, tidings::topic_log& log)
    : build(kept.id, {}, limits, loop, &log)
{
    summary_ = std::move(kept);
    recover();
    events_.close();
}

void build::recover()
{
    tidings::subscription end(alive_, events_, tidings::from_last(1));
    auto const last = end.try_receive();
    if (last && last->type() == "result") {
        summary_ = parse_summary(last->data());
    } else {
        summary_.state = "interrupted";
        events_.publish({.type = "result", .data = to_json(summary_)});
    }
}

build_summary build::summary() const
{
    std::lock_guard const lock(mutex_);
    auto now = summary_;
    if (now.state == "running")
        now.seconds = std::chrono::duration<double>(clock::now() - started_).count();
    return now;
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
        co_await publish_line("error: " + tidings::replace_invalid_utf8(trouble));
    enter(state);
    co_await publish_result();
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
    auto reading = tidings::with_cancel(alive_);
    tidings::spawn(reading, read_output, child, output);

    std::optional<int> code;
    while (auto next = co_await tidings::select(wanted_, output, child->ended())) {
        if (auto* piece = next.from(output)) {
            co_await publish_output(*piece);
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
        co_await publish_output(*piece);
    reading.cancel();

    if (auto const last = splitter_.finish())
        co_await publish_line(*last);
    if (stopped)
        co_return "stopped";
    if (*code == 0)
        co_return "succeeded";
    co_await publish_line(fmt::format("error: the command ended with {} {}",
                                      child->ended_by_signal() ? "signal" : "exit code", *code));
    co_return "failed";
}

asio::awaitable<void> build::publish_output(std::string const& output)
{
    for (std::string const& line : splitter_.push(output)) {
        ++lines_this_second_;
        co_await publish_line(line);
    }
    if (lines_this_second_ >= limits_.lines_per_second && lines_ < limits_.lines) {
        (void)co_await second_.tick(wanted_);
        lines_this_second_ = 0;
    }
}

asio::awaitable<void> build::publish_line(std::string const& line)
{
    if (auto const step = parse_progress(line); step && *step != progress_) {
        progress_ = *step;
        std::string const place = fmt::format(R"({{"done":{},"total":{}}})", step->done, step->total);
        co_await publish("progress", place);
    }
    ++lines_;
    if (lines_ <= limits_.lines) {
        co_await publish("line", line);
    } else if (lines_ == limits_.lines + 1) {
        std::string const rest = fmt::format("… more than {} lines: the rest is not shown", limits_.lines);
        co_await publish("line", rest);
    }
}

// Does not wait for the disk, unless too much waits for it already: then the command has to wait, too.
asio::awaitable<void> build::publish(std::string_view type, std::string const& data)
{
    tidings::event const shown{.type = type, .data = data};
    tidings::ticker again(50ms);
    bool is_taken = static_cast<bool>(events_.publish(shown));
    while (!is_taken) {
        if (!co_await again.tick(alive_))
            co_return;
        is_taken = static_cast<bool>(events_.publish(shown));
    }
}

// Behind everything else in the log: when it is on the disk, all is, but for what the disk refused.
asio::awaitable<void> build::publish_result()
{
    std::string const data = to_json(summary());
    tidings::ticker again(50ms);
    try {
        bool is_refused = true;
        while (is_refused) {
            auto const done = co_await events_.publish(alive_, {.type = "result", .data = data});
            is_refused = done.status == tidings::publish_status::would_block && co_await again.tick(alive_);
        }
    } catch (std::exception const& error) {
        fmt::print(stderr, "dashboard: the end of build {} is not kept: {}\n", summary().id, error.what());
    }
    if (auto const lost = events_.stats().not_kept; lost > 0)
        fmt::print(stderr, "dashboard: {} events of build {} could not be kept\n", lost, summary().id);
}

void build::enter(std::string state)
{
    std::lock_guard const lock(mutex_);
    summary_.state = std::move(state);
    summary_.seconds = std::chrono::duration<double>(clock::now() - started_).count();
}

} // namespace dashboard
