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

/// Bounds and settings of a store.
struct sqlite_store_options
{
    /// How much may wait for the disk. Beyond it `append` returns false; an event larger than `queue_bytes`
    /// is never accepted. 0 accepts nothing; the largest value means no bound.
    std::size_t max_queued_events = 16'384;
    std::size_t queue_bytes = 16 * 1024 * 1024;

    /// Commits go to a second file, PATH-wal, which is folded into the first one at this size. A larger value
    /// means fewer and longer pauses between commits; 0: after each commit.
    std::size_t wal_bytes = 4 * 1024 * 1024;

    /// Reports that a file of an earlier version was converted. Called by the constructor.
    log_hook log = log_to_stderr;

    /// The name of a file system ("VFS") that is registered with SQLite; empty: its default.
    std::string vfs{};
};

/// Keeps the events of topics in one SQLite file. An event that is kept survives the end of the process and
/// the loss of power, provided that the disk keeps what it reports as written.
///
/// A store has two threads. One commits: everything that is queued while a commit is in progress goes into
/// the next one together. It also opens topics, and reports to the registry what is kept. The other reads
/// pages, and waits for no commit. Only the constructor, the destructor and `copy_to` block their callers.
///
/// A topic gets a row in the file with its first event, so reading writes nothing.
///
/// An event that cannot be kept (because the disk is full, or fails) is an error only for its publisher: the
/// store continues, and keeps later events as soon as it can.
///
/// A file belongs to one store of one process, which holds a lock on PATH-lock. All functions except the
/// destructor may be called from any thread.
class sqlite_store final : public topic_store
{
public:
    /// Opens or creates the file. A commit that was torn by a crash was never acknowledged, and is undone. A
    /// file of an earlier version is first copied to PATH-before-2, then converted. Throws
    /// `std::runtime_error` with a message that names the file if it cannot be opened or written, is in use
    /// by another store, is damaged or of a newer version, is not a store, or if there is no space for the
    /// copy.
    sqlite_store(std::string const& path, sqlite_store_options const& options);
    explicit sqlite_store(std::string const& path); ///< with the default options

    /// Keeps what is queued, and calls every callback that is due; if one of them destroys the store, the
    /// others are called after it has returned.
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

    /// Events are deleted in small steps between commits. Those that are left when the store is destroyed are
    /// still there when it is opened again.
    void forget_before(std::string_view topic, std::uint64_t number) override;
    void forget(std::string_view topic, std::uint64_t number) override;

    /// Copies the store as it is now to a new file, which can be opened as a store, while publishers
    /// continue. Blocks until the copy is on disk. Throws `std::runtime_error` if the file exists already or
    /// cannot be written; an incomplete file is not a store.
    void copy_to(std::string const& path);

    /// Lets another process open the file: keeps what is queued, then closes it and gives its lock back.
    /// Blocks until that is done. Afterwards `append` returns false, as if too much were waiting, and topics
    /// cannot be opened; readers and followers of open topics continue with what is kept. For an upgrade, see
    /// `service::on_release`.
    void release();

    /// Opens the file again after `release`. If another process has published meanwhile, this is a new life
    /// of the store: clients get a `tidings-reset`. Blocks, and throws like the constructor.
    void reclaim();

private:
    std::string const path_;
    sqlite_store_options const options_;
    std::shared_ptr<detail::commit_thread> commits_;
    std::shared_ptr<detail::read_thread> reads_;
};

} // namespace tidings
