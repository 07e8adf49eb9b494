// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/channel.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace dashboard {

/// A running command, in a process group of its own. It never sees a shell, it reads nothing, and it inherits
/// no file descriptor of this program: a client's socket would stay open for as long as the command runs.
/// Used by one coroutine at a time, on the thread that runs `loop`; the command, not what it has started, is
/// asked to end when that thread ends, also when this program is killed.
class child_process
{
public:
    /// Throws `std::runtime_error`, with a text for people, if the command cannot be started.
    child_process(boost::asio::io_context& loop, std::vector<std::string> const& command,
                  std::filesystem::path const& directory);

    /// Kills what is left of the group.
    ~child_process();

    /// What it printed next, on standard output or standard error. Empty when nothing more can come, or the
    /// context has ended. What nobody reads fills the pipe, and then the command waits.
    boost::asio::awaitable<std::string> read(tidings::context ctx);

    /// Receives the exit code, or the number of the signal, once the command itself has ended. Processes that
    /// it started may still hold its output then.
    tidings::channel<int>& ended();

    /// How many bytes it and what it has started have written so far, read or not. When the command has
    /// ended, all of its own output is among them.
    std::size_t written() const;

    /// Whether it was a signal that ended it.
    bool ended_by_signal() const;

    /// Asks the whole group to end (SIGTERM).
    void terminate();

    /// Ends the whole group at once (SIGKILL).
    void kill();

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

} // namespace dashboard
