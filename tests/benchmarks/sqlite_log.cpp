// SPDX-License-Identifier: BSL-1.0
// usage: benchmark_sqlite_log [SECONDS]
// Acknowledged appends a second, with so many on their way at once; beside bare loops on the same schema and
// pragmas: a transaction for each event, and one for as many events as the log put into a commit. Files lie
// in TMPDIR: a file system in memory measures no disk.
#include <tidings/hub/sqlite/sqlite_log.hpp>

#include "sqlite/log_user.hpp"
#include "sqlite/scratch_folder.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

using namespace tidings::test;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr std::size_t text_size = 200;

std::atomic<long> commits{0};

int count_commit(void*)
{
    ++commits;
    return 0;
}

// SQLite calls it for each new connection.
int count_commits(sqlite3* database, char**, sqlite3_api_routines const*)
{
    sqlite3_commit_hook(database, count_commit, nullptr);
    return SQLITE_OK;
}

double seconds_since(clock_type::time_point begin)
{
    return std::chrono::duration<double>(clock_type::now() - begin).count();
}

struct rate
{
    double events_a_second = 0;
    double events_a_commit = 1;
    double longest_wait = 0; ///< seconds, of one append that was waited for
};

rate measure_log(double seconds, std::size_t on_their_way)
{
    scratch_folder const folder;
    tidings::sqlite_log log(folder.file("events.db"));
    log.open("news");
    log_user user(log, "news");
    long const commits_before = commits;
    rate result;
    std::uint64_t number = 0;
    auto const begin = clock_type::now();
    while (seconds_since(begin) < seconds) {
        auto const appended = clock_type::now();
        if (!user.append(++number, text_size))
            std::abort();
        user.wait(on_their_way - 1);
        result.longest_wait = std::max(result.longest_wait, seconds_since(appended));
    }
    user.wait();
    double const took = seconds_since(begin);
    if (user.kept().size() != number)
        std::abort();
    result.events_a_second = static_cast<double>(number) / took;
    result.events_a_commit = static_cast<double>(number) / static_cast<double>(commits - commits_before);
    return result;
}

void run(sqlite3* database, char const* statements)
{
    if (sqlite3_exec(database, statements, nullptr, nullptr, nullptr) != SQLITE_OK) {
        std::fprintf(stderr, "%s\n", sqlite3_errmsg(database));
        std::abort();
    }
}

rate measure_bare(double seconds, std::size_t batch)
{
    scratch_folder const folder;
    std::string const path = folder.file("bare.db");
    {
        tidings::sqlite_log make(path); // its schema
        make.open("news");
    }
    sqlite3* handle = nullptr;
    sqlite3_open(path.c_str(), &handle);
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> const database(handle, &sqlite3_close);
    run(handle, "PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST; PRAGMA wal_autocheckpoint = 1024");
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(handle, "INSERT INTO events VALUES(1, ?1, '', '', ?2, 0)", -1, &insert, nullptr);
    std::uint64_t number = 0;
    auto const begin = clock_type::now();
    while (seconds_since(begin) < seconds) {
        run(handle, "BEGIN IMMEDIATE");
        for (std::size_t i = 0; i < batch; ++i) {
            auto const text = text_of(++number, text_size);
            sqlite3_bind_int64(insert, 1, static_cast<std::int64_t>(number));
            sqlite3_bind_text(insert, 2, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
            if (sqlite3_step(insert) != SQLITE_DONE)
                std::abort();
            sqlite3_reset(insert);
        }
        run(handle, "COMMIT");
    }
    double const took = seconds_since(begin);
    sqlite3_finalize(insert);
    return {.events_a_second = static_cast<double>(number) / took,
            .events_a_commit = static_cast<double>(batch)};
}

} // namespace

int main(int argc, char** argv)
{
    double const seconds = argc > 1 ? std::atof(argv[1]) : 2;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(count_commits));
    auto const single = measure_bare(seconds, 1);
    std::printf("bare loop, a transaction each: %.0f events/s\n", single.events_a_second);
    for (std::size_t const on_their_way : {1u, 16u, 256u, 4'096u}) {
        auto const log = measure_log(seconds, on_their_way);
        auto const batch = std::max<std::size_t>(1, static_cast<std::size_t>(log.events_a_commit + 0.5));
        auto const group = measure_bare(seconds, batch);
        std::printf(
            "log, %5zu on their way: %8.0f events/s, %6.1f a commit, longest wait %5.1f ms; x%.2f of a "
            "transaction each; x%.2f of bare groups of %zu (%.0f events/s)\n",
            on_their_way, log.events_a_second, log.events_a_commit, log.longest_wait * 1e3,
            log.events_a_second / single.events_a_second, log.events_a_second / group.events_a_second, batch,
            group.events_a_second);
        std::fflush(stdout);
    }
}
