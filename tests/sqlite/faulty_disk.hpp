// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tidings::test {

/// A file system for SQLite ("VFS") on top of its default one, that can fail on demand. It knows what a disk
/// would still hold if power was lost now: what was synced, and any part of the rest.
///
/// One thread at a time sets it up; files are used by any. All of them are closed before `restore_power` and
/// before it is destroyed.
class faulty_disk
{
public:
    /// How SQLite knows it.
    static constexpr char const* name = "tidings-faulty-disk";

    faulty_disk();
    ~faulty_disk();
    faulty_disk(faulty_disk const&) = delete;
    faulty_disk& operator=(faulty_disk const&) = delete;

    /// Files may grow by so many bytes more; nothing: as they like.
    void set_room(std::optional<std::int64_t> bytes);
    /// From now on writes are refused with that code of SQLite; SQLITE_OK: no longer.
    void refuse_writes(int code);
    /// The sync after so many others fails, once.
    void fail_sync_after(long others);
    /// Syncs say that they are done and are not.
    void ignore_syncs();
    /// Syncs of second files ("WAL") that were done: one for each commit, and for some their header.
    long wal_syncs() const;

    /// The power fails in the midst of the write or sync after so many others.
    void cut_power_after(long operations);
    bool is_cut() const;

    struct loss
    {
        long writes = 0; ///< not synced when the power failed
        long dropped = 0;
        long torn = 0; ///< of some of their sectors the old content is left, or zeros
    };
    /// Leaves in each file what a disk may hold after the cut.
    loss restore_power(std::mt19937_64& random);

private:
    struct change
    {
        bool is_truncation;
        std::int64_t offset;
        std::string data;
    };
    struct tracked
    {
        std::string synced;
        std::vector<change> since;
    };
    struct file;
    struct calls;

    bool counts_down(std::optional<long>& left);
    int write(file& to, std::string data, std::int64_t offset);
    int truncate(file& what, std::int64_t size);
    int sync(file& what);

    sqlite3_vfs* const base_;
    sqlite3_vfs vfs_;
    mutable std::mutex lock_;
    std::map<std::string, tracked> files_;
    std::optional<std::int64_t> room_;
    int write_refusal_ = SQLITE_OK;
    std::optional<long> until_sync_failure_;
    std::optional<long> until_cut_;
    bool is_cut_ = false;
    bool ignores_syncs_ = false;
    long wal_syncs_ = 0;
};

} // namespace tidings::test
