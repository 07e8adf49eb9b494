// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/watched_files.hpp>

#include "support/scratch_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

namespace fs = std::filesystem;
using tidings::detail::watched_files;
using tidings::test::scratch_folder;

// What stays as it was when it was read is no change, however often it is looked at; a file that is not
// there is not there.
TEST_CASE("files that stay the same")
{
    scratch_folder const at;
    at.write("a", "one");
    watched_files files({at.file("a"), "", at.file("none")});
    CHECK_FALSE(files.empty());
    CHECK_FALSE(files.look());
    CHECK_FALSE(files.look());
    CHECK(watched_files({"", ""}).empty());
}

// A change is told once, and only when it has settled: while files are being replaced one after the other,
// each look finds another state.
TEST_CASE("files that change one after the other")
{
    scratch_folder const at;
    at.write("a", "one");
    at.write("b", "one");
    watched_files files({at.file("a"), at.file("b")});
    at.write("a", "another");
    CHECK_FALSE(files.look());
    at.write("b", "another");
    CHECK_FALSE(files.look());
    CHECK(files.look());
    CHECK_FALSE(files.look());
    fs::remove(at.file("a"));
    CHECK_FALSE(files.look());
    CHECK(files.look());
}

// A file that another one is moved onto has changed, also if it has the same size: certbot and most
// programs write so.
TEST_CASE("files that are replaced by a move")
{
    scratch_folder const at;
    at.write("a", "one");
    watched_files files({at.file("a")});
    at.write("new", "two");
    fs::rename(at.file("new"), at.file("a"));
    CHECK_FALSE(files.look());
    CHECK(files.look());
}

// Kubernetes shows files through a link to a folder, `..data`, and puts that elsewhere in one step.
TEST_CASE("files below a link that is put elsewhere")
{
    scratch_folder const at;
    for (auto const* folder : {"first", "second"}) {
        fs::create_directory(at.file(folder));
        at.write(std::string(folder) + "/a", "one");
    }
    fs::create_directory_symlink("first", at.file("..data"));
    fs::create_symlink("..data/a", at.file("a"));
    watched_files files({at.file("a")});
    fs::create_directory_symlink("second", at.file("..data_new"));
    fs::rename(at.file("..data_new"), at.file("..data"));
    CHECK_FALSE(files.look());
    CHECK(files.look());
    CHECK_FALSE(files.look());
}
