// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_log.hpp>
#include <tidings/stream/log.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tidings {

namespace detail {
class log_reader;
class log_thread;
class log_writer;
} // namespace detail

struct sqlite_log_options
{
    /// What may wait for the disk at once. Beyond it `append` comes back false; an event larger than
    /// `queue_bytes` is never taken.
    std::size_t max_queued_events = 16'384;
    std::size_t queue_bytes = 16 * 1024 * 1024;

    /// What is committed goes to a second file, PATH-wal; at this size it is folded into the first one.
    /// Larger: fewer and longer pauses between commits.
    std::size_t wal_bytes = 4 * 1024 * 1024;

    /// Where it is said that events in the file are damaged, and are left out. Called by `open`.
    log_hook log = log_to_stderr;

    /// The name of a registered file system of SQLite ("VFS"); empty for its default.
    std::string vfs{};
};

/// Keeps the events of topics in one SQLite file. An event that is kept survives the end of the process and
/// the loss of power, if the disk keeps what it says it has written.
///
/// Commits are made on a thread that the log owns: what has been queued while one commit was on its way to
/// the disk goes into the next, as one. Only `open` and `copy_to` block their callers.
///
/// A topic gets a row in the file with its first event: who only reads writes nothing.
///
/// An event that cannot be kept (the disk is full, or fails) is an error to its publisher alone: the log goes
/// on, and keeps later events as soon as it can.
///
/// A file belongs to one log of one process, which holds a lock on PATH-lock. All functions but the
/// destructor may be called from any thread.
class sqlite_log final : public topic_log
{
public:
    /// Opens the file, or makes it. A commit that was torn by a crash was never acknowledged, and is undone.
    /// Throws `std::runtime_error` with a text that names the file when it cannot be opened or written, is in
    /// use by another log, is damaged or of a newer version, or is something else than a log.
    sqlite_log(std::string const& path, sqlite_log_options const& options);
    explicit sqlite_log(std::string const& path); ///< with the default options

    /// Keeps what is queued, and calls each `kept` that is due. Not called by a `kept`.
    ~sqlite_log() override;

    sqlite_log(sqlite_log const&) = delete;
    sqlite_log& operator=(sqlite_log const&) = delete;

    /// Sees every event appended before it. Not called by a `kept`, which would wait for itself.
    log_tail open(std::string_view topic) override;
    void close(std::string_view topic) noexcept override;
    void on_unreadable(std::string_view topic, std::size_t count, std::string_view first) override;

    /// `when_kept` must not throw; the events of all topics wait for it. Throws `std::logic_error` for a
    /// topic that was not opened.
    [[nodiscard]] bool append(std::string_view topic, logged_event value, kept when_kept) override;

    /// Deleting is done in small steps between commits. What is left of it when the log is destroyed is still
    /// there when it is opened again.
    void forget_before(std::string_view topic, std::uint64_t number) override;
    void forget(std::string_view topic, std::uint64_t number) override;

    /// Copies the log as it is now to a new file, which can be opened as a log, while publishers go on.
    /// Blocks until the copy is on the disk. Throws `std::runtime_error` when there is a file already, or it
    /// cannot be written; what is there then is no log. Not called by a `kept`.
    void copy_to(std::string const& path);

private:
    log_hook const log_;
    // The thread ends first; the lock, which the writer holds, is given back last.
    std::unique_ptr<detail::log_writer> writer_;
    std::unique_ptr<detail::log_reader> reader_;
    std::unique_ptr<detail::log_thread> thread_;
};

} // namespace tidings
