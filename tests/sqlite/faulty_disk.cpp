// SPDX-License-Identifier: BSL-1.0
#include "faulty_disk.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace tidings::test {

/// What SQLite holds of an open file; the file of the default VFS lies right behind it.
struct faulty_disk::file
{
    sqlite3_file base;
    faulty_disk* disk;
    tracked* content; ///< null for what nobody has to keep
    bool is_wal;

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    static file& of(sqlite3_file* handle) { return *reinterpret_cast<file*>(handle); }
};

namespace {

constexpr std::size_t sector = 512;

std::string read_file(std::string const& path)
{
    std::ifstream from(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), {}};
}

void write_at(std::string& content, std::size_t offset, std::string_view data)
{
    if (content.size() < offset + data.size())
        content.resize(offset + data.size());
    std::copy(data.begin(), data.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
}

} // namespace

/// What SQLite calls.
struct faulty_disk::calls
{
    static sqlite3_file* real(sqlite3_file* handle) { return file::of(handle).real(); }
    static sqlite3_io_methods const& methods(sqlite3_file* handle) { return *real(handle)->pMethods; }

    static int open(sqlite3_vfs* vfs, char const* path, sqlite3_file* handle, int flags, int* out_flags)
    {
        auto& disk = *static_cast<faulty_disk*>(vfs->pAppData);
        file& opened = *new (handle) file{{nullptr}, &disk, nullptr, (flags & SQLITE_OPEN_WAL) != 0};
        int const result = disk.base_->xOpen(disk.base_, path, opened.real(), flags, out_flags);
        if (result != SQLITE_OK)
            return result;
        if (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) {
            std::lock_guard const guard(disk.lock_);
            auto const [at, is_new] = disk.files_.try_emplace(path);
            if (is_new)
                at->second.synced = read_file(path);
            opened.content = &at->second;
        }
        opened.base.pMethods = &table;
        return SQLITE_OK;
    }

    // A deletion is taken to be durable at once.
    static int remove(sqlite3_vfs* vfs, char const* path, int sync_folder)
    {
        auto& disk = *static_cast<faulty_disk*>(vfs->pAppData);
        std::lock_guard const guard(disk.lock_);
        if (disk.is_cut_)
            return SQLITE_IOERR_DELETE;
        if (auto const found = disk.files_.find(path); found != disk.files_.end())
            found->second = {}; // a handle may still know it
        return disk.base_->xDelete(disk.base_, path, sync_folder);
    }

    static int close(sqlite3_file* handle) { return methods(handle).xClose(real(handle)); }
    static int read(sqlite3_file* handle, void* into, int size, sqlite3_int64 offset)
    {
        return methods(handle).xRead(real(handle), into, size, offset);
    }
    static int write(sqlite3_file* handle, void const* from, int size, sqlite3_int64 offset)
    {
        file& to = file::of(handle);
        return to.disk->write(to, {static_cast<char const*>(from), static_cast<std::size_t>(size)}, offset);
    }
    static int truncate(sqlite3_file* handle, sqlite3_int64 size)
    {
        return file::of(handle).disk->truncate(file::of(handle), size);
    }
    static int sync(sqlite3_file* handle, int) { return file::of(handle).disk->sync(file::of(handle)); }
    static int size(sqlite3_file* handle, sqlite3_int64* into)
    {
        return methods(handle).xFileSize(real(handle), into);
    }
    static int lock(sqlite3_file* handle, int kind) { return methods(handle).xLock(real(handle), kind); }
    static int unlock(sqlite3_file* handle, int kind) { return methods(handle).xUnlock(real(handle), kind); }
    static int check_lock(sqlite3_file* handle, int* into)
    {
        return methods(handle).xCheckReservedLock(real(handle), into);
    }
    static int control(sqlite3_file* handle, int operation, void* argument)
    {
        return methods(handle).xFileControl(real(handle), operation, argument);
    }
    static int sector_size(sqlite3_file* handle) { return methods(handle).xSectorSize(real(handle)); }
    static int characteristics(sqlite3_file* handle)
    {
        return methods(handle).xDeviceCharacteristics(real(handle));
    }
    static int map(sqlite3_file* handle, int page, int size, int extend, void volatile** into)
    {
        return methods(handle).xShmMap(real(handle), page, size, extend, into);
    }
    static int lock_map(sqlite3_file* handle, int offset, int count, int flags)
    {
        return methods(handle).xShmLock(real(handle), offset, count, flags);
    }
    static void barrier(sqlite3_file* handle) { methods(handle).xShmBarrier(real(handle)); }
    static int unmap(sqlite3_file* handle, int remove)
    {
        return methods(handle).xShmUnmap(real(handle), remove);
    }

    static constexpr sqlite3_io_methods table = {
        2,      close,      read,    write,       truncate,        sync, size,     lock,
        unlock, check_lock, control, sector_size, characteristics, map,  lock_map, barrier,
        unmap,  nullptr,    nullptr};
};

// The other functions of the default VFS do not look at which VFS they were called for.
faulty_disk::faulty_disk() : base_(sqlite3_vfs_find(nullptr)), vfs_(*base_)
{
    vfs_.pNext = nullptr;
    vfs_.zName = name;
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(file)) + base_->szOsFile;
    vfs_.xOpen = calls::open;
    vfs_.xDelete = calls::remove;
    sqlite3_vfs_register(&vfs_, 0);
}

faulty_disk::~faulty_disk()
{
    sqlite3_vfs_unregister(&vfs_);
}

void faulty_disk::set_room(std::optional<std::int64_t> bytes)
{
    std::lock_guard const guard(lock_);
    room_ = bytes;
}

void faulty_disk::refuse_writes(int code)
{
    std::lock_guard const guard(lock_);
    write_refusal_ = code;
}

void faulty_disk::fail_sync_after(long others)
{
    std::lock_guard const guard(lock_);
    until_sync_failure_ = others;
}

void faulty_disk::ignore_syncs()
{
    std::lock_guard const guard(lock_);
    ignores_syncs_ = true;
}

long faulty_disk::wal_syncs() const
{
    std::lock_guard const guard(lock_);
    return wal_syncs_;
}

void faulty_disk::cut_power_after(long operations)
{
    std::lock_guard const guard(lock_);
    until_cut_ = operations;
}

bool faulty_disk::is_cut() const
{
    std::lock_guard const guard(lock_);
    return is_cut_;
}

bool faulty_disk::counts_down(std::optional<long>& left)
{
    if (!left || (*left)-- > 0)
        return false;
    left.reset();
    return true;
}

int faulty_disk::write(file& to, std::string data, std::int64_t offset)
{
    std::lock_guard const guard(lock_);
    if (is_cut_)
        return SQLITE_IOERR_WRITE;
    if (write_refusal_ != SQLITE_OK)
        return write_refusal_;
    if (room_) {
        sqlite3_int64 size = 0;
        to.real()->pMethods->xFileSize(to.real(), &size);
        auto const growth = std::max<std::int64_t>(0, offset + static_cast<std::int64_t>(data.size()) - size);
        if (growth > *room_)
            return SQLITE_FULL;
        *room_ -= growth;
    }
    is_cut_ = counts_down(until_cut_);
    int const size = static_cast<int>(data.size());
    int const result = to.real()->pMethods->xWrite(to.real(), data.data(), size, offset);
    if (to.content)
        to.content->since.push_back({false, offset, std::move(data)});
    return is_cut_ ? SQLITE_IOERR_WRITE : result;
}

int faulty_disk::truncate(file& what, std::int64_t size)
{
    std::lock_guard const guard(lock_);
    if (is_cut_)
        return SQLITE_IOERR_TRUNCATE;
    is_cut_ = counts_down(until_cut_);
    if (what.content)
        what.content->since.push_back({true, size, {}});
    int const result = what.real()->pMethods->xTruncate(what.real(), size);
    return is_cut_ ? SQLITE_IOERR_TRUNCATE : result;
}

int faulty_disk::sync(file& what)
{
    std::lock_guard const guard(lock_);
    if (!is_cut_)
        is_cut_ = counts_down(until_cut_);
    if (is_cut_ || counts_down(until_sync_failure_))
        return SQLITE_IOERR_FSYNC;
    if (ignores_syncs_ || !what.content)
        return SQLITE_OK;
    for (auto const& each : what.content->since) {
        auto const offset = static_cast<std::size_t>(each.offset);
        if (each.is_truncation)
            what.content->synced.resize(std::min(offset, what.content->synced.size()));
        else
            write_at(what.content->synced, offset, each.data);
    }
    what.content->since.clear();
    wal_syncs_ += what.is_wal;
    return SQLITE_OK;
}

faulty_disk::loss faulty_disk::restore_power(std::mt19937_64& random)
{
    std::lock_guard const guard(lock_);
    loss total;
    auto const one_of = [&](unsigned choices) { return random() % choices; };
    for (auto& [path, content] : files_) {
        std::string& image = content.synced;
        for (auto const& each : content.since) {
            auto const offset = static_cast<std::size_t>(each.offset);
            auto const fate = one_of(3);
            ++total.writes;
            if (fate == 0) {
                ++total.dropped;
            } else if (each.is_truncation) {
                image.resize(std::min(offset, image.size()));
            } else if (fate == 1) {
                write_at(image, offset, each.data);
            } else {
                ++total.torn;
                for (std::size_t at = 0; at < each.data.size(); at += sector) {
                    std::string part = each.data.substr(at, sector);
                    auto const what = one_of(3);
                    if (what == 1)
                        part.assign(part.size(), '\0');
                    if (what != 0)
                        write_at(image, offset + at, part);
                }
            }
        }
        std::ofstream(path, std::ios::binary | std::ios::trunc) << image;
    }
    files_.clear();
    is_cut_ = false;
    until_cut_.reset();
    until_sync_failure_.reset();
    return total;
}

} // namespace tidings::test
