// SPDX-License-Identifier: BSL-1.0
#include "build.hpp"

#include <tidings/hub/subscription.hpp>
#include <tidings/sse/utf8.hpp>
#include <tidings/wait/run_blocking.hpp>
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
        if (piece.empty())
            break;
        if (!co_await output.send(ctx, std::move(piece)))
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

tidings::topic_options build::topic_options(build_limits limits)
{
    return {.max_events = 2 * (limits.lines + limits.last) + 10, .history_bytes = 4 * limits.bytes};
}

build::build(int id, std::vector<std::string> command, build_limits limits, asio::io_context& loop,
             tidings::topic events)
    : command_(std::move(command)), limits_(limits), loop_(loop), events_(std::move(events)),
      alive_(tidings::context::root(loop.get_executor())), wanted_(tidings::with_cancel(alive_)),
      splitter_(limits.line_bytes), limit_(limits.lines, limits.bytes, limits.last),
      summary_{id, "running", fmt::format("{}", fmt::join(command_, " "))}
{}

build::build(build_summary kept, build_limits limits, asio::io_context& loop, tidings::topic events)
    : build(kept.id, {}, limits, loop, std::move(events))
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
        if (!events_.try_publish({.type = "result", .data = to_json(summary_)}))
            fmt::print(stderr, "dashboard: the end of build {} is not kept: too much waits for the disk\n",
                       summary_.id);
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
    std::shared_ptr<scratch_folder> folder;
    std::string state = "failed";
    std::string trouble;
    try {
        folder = std::make_shared<scratch_folder>();
        state = co_await run_command(folder->path());
    } catch (std::exception const& error) {
        trouble = error.what();
    }
    if (!trouble.empty())
        co_await publish_line("error: " + tidings::replace_invalid_utf8(trouble));
    enter(state);
    co_await publish_result();
    events_.close();
    changed(*this);
    // What a command has built may be large, and removing it holds a thread up.
    co_await tidings::run_blocking(
        alive_, [](std::shared_ptr<scratch_folder> last) { last.reset(); }, std::move(folder));
}

// The state that the command leaves the build in.
asio::awaitable<std::string> build::run_command(std::filesystem::path folder)
{
    auto const child = std::make_shared<child_process>(loop_, with_folder(command_, folder.string()),
                                                       std::filesystem::current_path());
    tidings::channel<std::string> output;
    auto reading = tidings::with_cancel(alive_);
    tidings::spawn(reading, read_output, child, output);

    std::optional<int> code = co_await show_until_end(wanted_, *child, output);
    bool const stopped = !code;
    if (stopped) {
        child->terminate();
        auto const patience = tidings::with_timeout(alive_, 500ms);
        code = co_await show_until_end(patience, *child, output);
    }
    if (!code) {
        child->kill();
        code = co_await show_until_end(alive_, *child, output);
    }

    // What the command had written when it ended belongs to the build. What others add who hold its pipe, say
    // a daemon, does not.
    std::size_t const written = child->written();
    while (shown_bytes_ < written) {
        auto const piece = co_await output.receive(alive_);
        if (!piece)
            break;
        co_await show_output(*piece);
    }
    reading.cancel();

    if (auto const last = splitter_.finish())
        co_await take_line(*last);
    for (std::string const& line : limit_.finish())
        co_await publish_line(line);
    if (stopped)
        co_return "stopped";
    if (code == 0)
        co_return "succeeded";
    co_await publish_line(fmt::format("error: the command ended with {} {}",
                                      child->ended_by_signal() ? "signal" : "exit code", code.value_or(-1)));
    co_return "failed";
}

// The exit code; empty if the context ended first.
asio::awaitable<std::optional<int>> build::show_until_end(tidings::context ctx, child_process& child,
                                                          tidings::channel<std::string> output)
{
    while (auto next = co_await tidings::select(ctx, output, child.ended())) {
        if (auto const* code = next.from(child.ended()))
            co_return *code;
        co_await show_output(*next.from(output));
    }
    co_return std::nullopt;
}

asio::awaitable<void> build::show_output(std::string const& output)
{
    shown_bytes_ += output.size();
    for (std::string const& line : splitter_.push(output))
        co_await take_line(line);
}

asio::awaitable<void> build::take_line(std::string const& line)
{
    bool const is_shown = limit_.take(line);
    if (is_shown)
        co_await publish_line(line);
    else if (limit_.kept_back() == 1)
        co_await publish_line("… this is long: its last lines are shown when the command has ended …");
}

asio::awaitable<void> build::publish_line(std::string const& line)
{
    if (auto const step = parse_progress(line); step && *step != progress_) {
        progress_ = *step;
        std::string const place = fmt::format(R"({{"done":{},"total":{}}})", step->done, step->total);
        co_await publish("progress", place);
    }
    co_await publish("line", line);
}

// Does not wait for the disk, unless too much waits for it already: then the command has to wait, too.
asio::awaitable<void> build::publish(std::string_view type, std::string const& data)
{
    tidings::event const shown{.type = type, .data = data};
    tidings::ticker again(50ms);
    bool is_taken = static_cast<bool>(events_.try_publish(shown));
    while (!is_taken) {
        if (!co_await again.tick(alive_))
            co_return;
        is_taken = static_cast<bool>(events_.try_publish(shown));
    }
}

// Behind everything else in the store: when it is on the disk, all is, but for what the disk refused.
asio::awaitable<void> build::publish_result()
{
    std::string const data = to_json(summary());
    tidings::ticker again(50ms);
    try {
        for (;;) {
            auto const done = co_await events_.publish(alive_, {.type = "result", .data = data});
            if (done.status != tidings::publish_status::would_block)
                break;
            if (!co_await again.tick(alive_))
                break;
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
