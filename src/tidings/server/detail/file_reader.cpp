// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/file_reader.hpp>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <linux/openat2.h>

namespace chrono = std::chrono;
namespace fs = std::filesystem;

namespace tidings::detail {

namespace {

constexpr std::size_t piece_size = std::size_t{64} * 1024;

// Without waiting for somebody to write into a FIFO.
constexpr int for_reading = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
constexpr int for_passing = O_PATH | O_DIRECTORY | O_CLOEXEC;

/// Closes, and leaves `errno` as it was.
void close_quietly(int descriptor) noexcept
{
    int const error = errno;
    ::close(descriptor);
    errno = error;
}

// Whether it is another path than it seems: "a//b" and "a/./b" lead to a file, past whoever looks for "a/b".
bool is_in_disguise(std::string_view path)
{
    while (!path.empty()) {
        auto const segment = path.substr(0, path.find('/'));
        if (segment.empty() || segment == "." || segment == "..")
            return true;
        path.remove_prefix(std::min(segment.size() + 1, path.size()));
    }
    return false;
}

/// For systems without `openat2`: the same, but links are not followed at all.
int open_step_by_step(int folder, fs::path const& path)
{
    int at = ::fcntl(folder, F_DUPFD_CLOEXEC, 0);
    for (auto step = path.begin(); at != -1 && step != path.end(); ++step) {
        bool const is_last = std::next(step) == path.end();
        char const* const name = step->empty() ? "." : step->c_str(); // behind a '/' at the end
        int const next = ::openat(at, name, (is_last ? for_reading : for_passing) | O_NOFOLLOW);
        close_quietly(at);
        at = next;
    }
    return at;
}

int open_at(int folder, fs::path const& path)
{
    open_how how{};
    how.flags = for_reading;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    constexpr int most_attempts = 16; // EAGAIN: something on the way was renamed meanwhile
    for (int i = 0; i != most_attempts; ++i) {
        auto const opened = ::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how);
        if (opened != -1)
            return static_cast<int>(opened);
        if (errno == ENOSYS || errno == EPERM) // an old system, or a container that forbids it
            return open_step_by_step(folder, path);
        if (errno != EAGAIN)
            break;
    }
    return -1;
}

int open_below(fs::path const& folder, fs::path const& path)
{
    int const from = ::open(folder.c_str(), for_passing);
    if (from == -1)
        return -1;
    int const opened = open_at(from, path);
    close_quietly(from);
    return opened;
}

} // namespace

file_reader::file_reader(fs::path const& folder, fs::path const& path)
{
    bool const is_below = !folder.empty();
    if (path.native().find('\0') != std::string::npos || (is_below && is_in_disguise(path.native()))) {
        error_ = ENOENT;
        return;
    }
    auto kind = open(folder, is_below && path.empty() ? "." : path);
    if (is_below && S_ISDIR(kind)) {
        is_index_ = true;
        ::close(descriptor_);
        kind = open(folder, path / "index.html");
    }
    if (error_ == 0 && !S_ISREG(kind))
        error_ = ENOENT;
}

unsigned file_reader::open(fs::path const& folder, fs::path const& path)
{
    descriptor_ = folder.empty() ? ::open(path.c_str(), for_reading) : open_below(folder, path);
    struct stat found{};
    if (descriptor_ == -1 || ::fstat(descriptor_, &found) == -1) {
        error_ = errno;
        return 0;
    }
    size_ = static_cast<std::uint64_t>(found.st_size);
    tag_ = fmt::format("\"{:x}-{:x}.{:x}-{:x}.{:x}\"", size_, found.st_mtim.tv_sec, found.st_mtim.tv_nsec,
                       found.st_ctim.tv_sec, found.st_ctim.tv_nsec);
    auto const now = chrono::floor<chrono::seconds>(chrono::system_clock::now());
    modified_ = std::clamp(chrono::sys_seconds(chrono::seconds(found.st_mtim.tv_sec)), {}, now);
    return found.st_mode;
}

file_reader::~file_reader()
{
    if (descriptor_ != -1)
        ::close(descriptor_);
}

std::string file_reader::read()
{
    std::string piece(piece_size, '\0');
    auto count = ::read(descriptor_, piece.data(), piece.size());
    while (count == -1 && errno == EINTR)
        count = ::read(descriptor_, piece.data(), piece.size());
    error_ = count == -1 ? errno : 0;
    piece.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return piece;
}

} // namespace tidings::detail
