// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/file_reader.hpp>

#include "support/scratch_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string>
#include <thread>

namespace fs = std::filesystem;
using tidings::detail::file_reader;
using tidings::test::scratch_folder;

namespace {

/// "inside", with a file, a folder and links, beside "outside", which nobody is to see.
class two_folders
{
public:
    two_folders()
    {
        fs::create_directories(inside / "sub");
        fs::create_directories(outside);
        write(inside / "page.html", "page");
        write(inside / "sub" / "page.html", "sub");
        write(outside / "secret", "secret");
        fs::create_directory(inside / "with_page");
        write(inside / "with_page" / "index.html", "index");
        fs::create_symlink("sub/page.html", inside / "link_inside");
        fs::create_symlink("../outside/secret", inside / "link_outside");
        fs::create_symlink(outside, inside / "folder_outside");
        fs::create_symlink("loop", inside / "loop");
    }

    static void write(fs::path const& file, std::string const& text) { std::ofstream(file) << text; }

    scratch_folder const root;
    fs::path const inside = root.file("inside");
    fs::path const outside = root.file("outside");
};

/// What is in a file below a folder, or why there is none.
std::string below(fs::path const& folder, fs::path const& path)
{
    file_reader file(folder, path);
    return file.error() != 0 ? std::strerror(file.error()) : file.read();
}

std::string const missing = std::strerror(ENOENT);

bool has_openat2()
{
    return ::syscall(SYS_openat2, AT_FDCWD, ".", nullptr, 0) == -1 && errno == EINVAL;
}

/// This thread lives on a system without `openat2` from now on, if the system can do that.
bool forbid_openat2()
{
    std::array<sock_filter, 4> rules{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog const program{rules.size(), rules.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// What holds with `openat2` and without.
void check_that_a_folder_is_not_left(two_folders const& at)
{
    CHECK(below(at.inside, "page.html") == "page");
    CHECK(below(at.inside, "sub/page.html") == "sub");
    CHECK(below(at.inside, "with_page") == "index");
    CHECK(below(at.inside, "with_page/") == "index");
    for (fs::path const& wrong : {fs::path("nothing"),
                                  fs::path("../outside/secret"),
                                  fs::path("sub/../page.html"),
                                  fs::path(".."),
                                  fs::path(""),
                                  fs::path("sub"),
                                  fs::path("sub/"),
                                  fs::path("."),
                                  fs::path("/"),
                                  fs::path("//page.html"),
                                  fs::path("./page.html"),
                                  fs::path("sub//page.html"),
                                  fs::path("sub/./page.html"),
                                  fs::path("sub/."),
                                  fs::path("with_page//"),
                                  fs::path("with_page/."),
                                  at.outside / "secret",
                                  at.inside / "page.html",
                                  fs::path(std::string("page.html\0", 10)),
                                  fs::path(std::string("page.html\0.txt", 14))}) {
        CAPTURE(wrong);
        CHECK(below(at.inside, wrong) == missing);
    }
    for (auto const* wrong :
         {"link_outside", "folder_outside/secret", "folder_outside", "loop", "page.html/x", "page.html/"}) {
        CAPTURE(wrong);
        CHECK(file_reader(at.inside, wrong).error() != 0);
    }
}

} // namespace

// Whatever path a client chose, what lies outside the folder is not opened.
TEST_CASE("a folder is not left")
{
    two_folders const at;
    check_that_a_folder_is_not_left(at);
    CHECK(below(at.root.file("nowhere"), "page.html") == missing);
    if (!has_openat2())
        SKIP("this system has no openat2, or forbids it: links are not followed");
    CHECK(below(at.inside, "link_inside") == "sub");
    CHECK(file_reader(at.inside, "link_outside").error() == EXDEV);
}

// Nor on systems that do not know the call for it, or in containers that forbid it; links are not followed
// there.
TEST_CASE("a folder is not left without openat2")
{
    two_folders const at;
    bool is_forbidden = false;
    std::thread([&] {
        is_forbidden = forbid_openat2();
        if (!is_forbidden)
            return;
        check_that_a_folder_is_not_left(at);
        CHECK(file_reader(at.inside, "link_inside").error() == ELOOP);
    }).join();
    if (!is_forbidden)
        SKIP("this system does not let a thread forbid itself a system call");
}

// Where a path leads to a folder, its page is sent; the page has to be a file below the folder, too.
TEST_CASE("the page of a folder")
{
    two_folders const at;
    CHECK(file_reader(at.inside, "with_page").is_index());
    CHECK_FALSE(file_reader(at.inside, "with_page/index.html").is_index());
    CHECK(below(at.inside / "with_page", "") == "index");
    CHECK(file_reader(at.inside / "with_page", "").is_index());
    CHECK(below({}, at.inside / "with_page") ==
          missing); // of the application's own paths: a file, or nothing
    fs::create_symlink(at.outside / "secret", at.inside / "sub" / "index.html");
    CHECK(file_reader(at.inside, "sub").error() != 0);
    fs::create_directories(at.inside / "deep" / "index.html");
    CHECK(below(at.inside, "deep") == missing);
    fs::create_symlink("inside", at.root.file("link"));
    CHECK(below(at.root.file("link"), "page.html") == "page"); // the application's own word is taken for that
}

// Whatever changes the file changes its tag: also what leaves its size, and the time that a copy gives it.
TEST_CASE("a tag is that of one state of a file")
{
    two_folders const at;
    auto const page = at.inside / "page.html";
    auto const tag = [&] { return file_reader({}, page).tag(); };
    auto const written = fs::last_write_time(page);
    auto const first = tag();
    CHECK(first.size() > 10);
    CHECK((first.starts_with('"') && first.ends_with('"')));
    CHECK(tag() == first);
    bool has_changed = false; // at once, or when the clock of the file system has made its next step
    for (int i = 0; i != 100'000 && !has_changed; ++i) {
        two_folders::write(page, "paga");
        fs::last_write_time(page, written);
        has_changed = tag() != first;
    }
    CHECK(has_changed);
}

// A future time would make caches keep what is old (RFC 9110, 8.8.2.1); and HTTP has no words for one before
// 1970.
TEST_CASE("a file is never from the future")
{
    two_folders const at;
    auto const page = at.inside / "page.html";
    auto const file_time = [](auto time) { return std::chrono::file_clock::from_sys(time); };
    auto const now = std::chrono::system_clock::now();
    fs::last_write_time(page, file_time(std::chrono::sys_seconds(std::chrono::seconds(784111777))));
    CHECK(file_reader({}, page).modified().time_since_epoch().count() == 784111777);
    fs::last_write_time(page, file_time(now + std::chrono::hours(1000)));
    CHECK(file_reader({}, page).modified() <= std::chrono::system_clock::now());
    fs::last_write_time(page, file_time(std::chrono::sys_seconds(std::chrono::seconds(-1000))));
    CHECK(file_reader({}, page).modified().time_since_epoch().count() == 0);
}

// A path of the application's own may be anywhere; what follows a NUL would not be looked at by the system.
TEST_CASE("a file anywhere")
{
    two_folders const at;
    CHECK(below({}, at.inside / "page.html") == "page");
    CHECK(below({}, at.inside / "link_outside") == "secret");
    CHECK(below({}, std::string(at.inside / "page.html") + std::string("\0.png", 5)) == missing);
}

// Nothing but a regular file is sent, and nobody waits for the other end of a pipe.
TEST_CASE("what is no regular file is missing")
{
    two_folders const at;
    auto const pipe = at.inside / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(below({}, pipe) == missing);
    CHECK(below(at.inside, "pipe") == missing);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    auto const socket_path = (at.inside / "socket").string();
    REQUIRE(socket_path.size() < sizeof name.sun_path);
    socket_path.copy(name.sun_path, socket_path.size());
    int const listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::bind(listening, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
    CHECK(file_reader(at.inside, "socket").error() == ENXIO);
    ::close(listening);
    CHECK(below({}, at.inside) == missing);
    CHECK(below({}, "/dev/zero") == missing);
}

// The size is that of the open file, whatever takes its name meanwhile.
TEST_CASE("a file that is replaced stays what it was")
{
    two_folders const at;
    file_reader file({}, at.inside / "page.html");
    two_folders::write(at.inside / "next", "another one");
    fs::rename(at.inside / "next", at.inside / "page.html");
    CHECK(file.size() == 4);
    CHECK(file.read() == "page");
    CHECK(file.read().empty());
    CHECK(file.error() == 0);
}
