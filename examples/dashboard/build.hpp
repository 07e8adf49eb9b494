// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/context.hpp>

#include "build_summary.hpp"
#include "child_process.hpp"
#include "line_limit.hpp"
#include "line_splitter.hpp"
#include "progress.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dashboard {

/// What bounds a build's output, so that no command can fill the memory of the server. See `line_limit`.
struct build_limits
{
    std::size_t line_bytes = 2'000; ///< of one line; the rest of a longer one is dropped
    std::size_t lines = 20'000;
    std::size_t bytes = 4 * 1024 * 1024;
    std::size_t last = 1'000;
};

/// One run of a command, as a topic of events: `line`, with a line of output; `progress`, with {"done": 3,
/// "total": 19}; and at last `result`, with the summary. Then the topic is closed. Whoever follows it from
/// its oldest event gets all of them. With a store, also from the next dashboard, and nothing is shown that
/// is not on the disk.
///
/// `run` runs on one thread; everything else may be called from any.
class build
{
public:
    /// A new one, with its topic. `{folder}` in an argument stands for a scratch folder that belongs to this
    /// build alone.
    build(int id, std::vector<std::string> command, build_limits limits, boost::asio::io_context& loop,
          tidings::topic events);

    /// One of an earlier dashboard, as its topic has it. If that dashboard ended first, the build was
    /// interrupted, and is told so now. Called before the loop runs.
    build(build_summary kept, build_limits limits, boost::asio::io_context& loop, tidings::topic events);

    /// The options of the topic of a build: its history has room for all that is shown, for each line also a
    /// step of progress, and for the last lines.
    static tidings::topic_options topic_options(build_limits limits);

    tidings::topic events() const { return events_; }
    build_summary summary() const;

    /// Ends the command and all that it started; nothing happens if it has ended already.
    void stop() { wanted_.cancel(); }

    /// Runs the command to its end. `changed` is called with each new state.
    boost::asio::awaitable<void> run(std::function<void(build const&)> changed);

private:
    boost::asio::awaitable<std::string> run_command(std::filesystem::path folder);
    boost::asio::awaitable<std::optional<int>> show_until_end(tidings::context ctx, child_process& child,
                                                              tidings::channel<std::string> output);
    boost::asio::awaitable<void> show_output(std::string const& output);
    boost::asio::awaitable<void> take_line(std::string const& line);
    boost::asio::awaitable<void> publish_line(std::string const& line);
    boost::asio::awaitable<void> publish(std::string_view type, std::string const& data);
    boost::asio::awaitable<void> publish_result();
    void recover();
    void enter(std::string state);

    std::vector<std::string> const command_;
    build_limits const limits_;
    boost::asio::io_context& loop_;
    tidings::topic events_;
    tidings::context_scope alive_;
    tidings::context_scope wanted_; // until somebody stops it

    std::size_t shown_bytes_ = 0; // of output
    line_splitter splitter_;
    line_limit limit_;
    progress progress_;

    using clock = std::chrono::steady_clock;
    mutable std::mutex mutex_; // for what follows
    build_summary summary_;
    clock::time_point const started_ = clock::now();
};

} // namespace dashboard
