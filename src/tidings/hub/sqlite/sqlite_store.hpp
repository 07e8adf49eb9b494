// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_store.hpp>
#include <tidings/stream/log.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tidings {

namespace detail {
class commit_thread;
class read_thread;
} // namespace detail

/// Bounds of a store.
struct sqlite_store_options
{
    /// What may wait for the disk at once. Beyond it `append` comes back false; an event larger than
    /// `queue_bytes` is never taken. With 0 nothing is; the largest value is no bound.
    std::size_t max_queued_events = 16'384;
    std::size_t queue_bytes = 16 * 1024 * 1024;

    /// What is committed goes to a second file, PATH-wal; at this size it is folded into the first one.
    /// Larger: fewer and longer pauses between commits. 0: after each commit.
    std::size_t wal_bytes = 4 * 1024 * 1024;

    /// Where it is said that a file of an earlier version was carried over. Called by the constructor.
    log_hook log = log_to_stderr;

    /// The name of a registered file system of SQLite ("VFS"); empty for its default.
    std::string vfs{};
};

/// Keeps the events of topics in one SQLite file. An event that is kept survives the end of the process and
/// the loss of power, if the disk keeps what it says it has written.
///
/// Two threads belong to it. One commits: what has been queued while one commit was on its way to the disk
/// goes into the next, as one; it opens topics, and tells the registry what is kept, without another thread
/// in between. The other reads pages, and waits for no commit. Only the constructor, the destructor and
/// `copy_to` block their callers.
///
/// A topic gets a row in the file with its first event: who only reads writes nothing.
///
/// An event that cannot be kept (the disk is full, or fails) is an error to its publisher alone: the store
/// goes on, and keeps later events as soon as it can.
///
/// A file belongs to one store of one process, which holds a lock on PATH-lock. All functions but the
/// destructor may be called from any thread.
class sqlite_store final : public topic_store
{
public:
    /// Opens the file, or makes it. A commit that was torn by a crash was never acknowledged, and is undone.
    /// A file of an earlier version is carried over, after a copy of it has been made beside it,
    /// PATH-before-2. Throws `std::runtime_error` with a text that names the file when it cannot be opened or
    /// written, is in use by another store, is damaged or of a newer version, is something else than a store,
    /// or there is no room for the copy.
    sqlite_store(std::string const& path, sqlite_store_options const& options);
    explicit sqlite_store(std::string const& path); ///< with the default options

    /// Keeps what is queued, and makes each call back that is due; where it is called by one of these, they
    /// are made when that has come back.
    ~sqlite_store() override;

    sqlite_store(sqlite_store const&) = delete;
    sqlite_store& operator=(sqlite_store const&) = delete;

    std::string name() const override;
    std::string identity() const override { return path_; }
    void start(std::weak_ptr<store_events> hub) override;
    void open(std::string_view topic, topic_options const& bounds,
              std::function<void(opened)> when_open) override;
    void close(std::string_view topic) noexcept override;
    void read(std::string_view topic, std::uint64_t after, std::uint64_t through,
              std::function<void(page)> when_read) override;
    [[nodiscard]] bool append(std::string_view topic, stored_event value,
                              std::function<void(kept)> when_kept) override;

    /// Deleting is done in small steps between commits. What is left of it when the store is destroyed is
    /// still there when it is opened again.
    void forget_before(std::string_view topic, std::uint64_t number) override;
    void forget(std::string_view topic, std::uint64_t number) override;

    /// Copies the store as it is now to a new file, which can be opened as a store, while publishers go on.
    /// Blocks until the copy is on the disk. Throws `std::runtime_error` when there is a file already, or it
    /// cannot be written; what is there then is no store.
    void copy_to(std::string const& path);

private:
    std::string const path_;
    std::string const vfs_;
    std::shared_ptr<detail::commit_thread> commits_;
    std::shared_ptr<detail::read_thread> reads_;
};

} // namespace tidings
