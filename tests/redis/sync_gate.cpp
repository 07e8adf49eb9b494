// SPDX-License-Identifier: BSL-1.0
// Loaded into an engine before its libraries: says in a file what of which file has reached the disk, and
// lets no sync through while the test holds a lock of that file.
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>

namespace {

int open_gate()
{
    char const* const name =
        std::getenv("TIDINGS_SYNC_GATE"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    return name ? ::open(name, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
}

void say(int gate, char const* what, struct stat const& of)
{
    char line[64];
    int const size =
        std::snprintf(line, sizeof line, "%s %llu %lld\n", what, static_cast<unsigned long long>(of.st_ino),
                      static_cast<long long>(of.st_size));
    if (::write(gate, line, static_cast<std::size_t>(size)) != size)
        std::abort();
}

} // namespace

extern "C" int fdatasync(int file)
{
    int const gate = open_gate(); // each its own: a lock belongs to what was opened
    struct stat before{};
    ::fstat(file, &before);
    say(gate, "asked", before);
    ::flock(gate, LOCK_SH);
    ::fstat(file, &before);
    long const result = ::syscall(SYS_fdatasync, file);
    say(gate, "synced", before);
    ::close(gate);
    return static_cast<int>(result);
}
