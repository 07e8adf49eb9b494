// SPDX-License-Identifier: BSL-1.0
// usage: benchmark_sqlite_store [SECONDS]
// Acknowledged appends a second, with so many on their way at once, and what the middle one and one in a
// hundred of them waited; beside bare loops on the same schema and pragmas: a transaction for each event, and
// one for as many events as the store put into a commit. Files lie in TMPDIR: a file system in memory
// measures no disk.
#include <tidings/hub/sqlite/sqlite_store.hpp>

#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"

#include <sqlite3.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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

/// Of all threads, in microseconds.
double cpu_time()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

struct rate
{
    double events_a_second = 0;
    double events_a_commit = 1;
    double median_wait = 0; ///< seconds, from the call to the answer
    double p99_wait = 0;
    double cpu_an_event = 0; ///< microseconds
};

struct registry final : tidings::store_events
{
    void on_life(life) noexcept override {}
    void on_rollback(rollback) noexcept override {}
    void on_away(bool) noexcept override {}
    void on_event(std::string_view, tidings::stored_event) noexcept override {}
};

/// So many appends on their way at once, and how long each took.
class appends
{
public:
    explicit appends(std::size_t on_their_way) : most_(on_their_way) {}

    void make(tidings::topic_store& store)
    {
        {
            std::unique_lock lock(lock_);
            room_.wait(lock, [&] { return on_their_way_ < most_; });
            ++on_their_way_;
        }
        auto const begin = clock_type::now();
        auto const is_taken =
            store.append("news", {.text = text_of(1, text_size)}, [this, begin](tidings::topic_store::kept) {
                double const took = seconds_since(begin);
                {
                    std::lock_guard const guard(lock_);
                    waits_.push_back(took);
                    --on_their_way_;
                }
                room_.notify_one();
            });
        if (!is_taken)
            std::abort();
    }

    /// Sorted, when all have been answered.
    std::vector<double> finish()
    {
        std::unique_lock lock(lock_);
        room_.wait(lock, [&] { return on_their_way_ == 0; });
        std::ranges::sort(waits_);
        return std::move(waits_);
    }

private:
    std::size_t const most_;
    std::mutex lock_;
    std::condition_variable room_;
    std::size_t on_their_way_ = 0;
    std::vector<double> waits_;
};

rate measure_store(double seconds, std::size_t on_their_way)
{
    scratch_folder const folder;
    tidings::sqlite_store store(folder.file("events.db"));
    auto const nobody = std::make_shared<registry>();
    store.start(nobody);
    store.open("news", {}, [](tidings::topic_store::opened) {});
    long const commits_before = commits;
    appends all(on_their_way);
    double const cpu_before = cpu_time();
    auto const begin = clock_type::now();
    while (seconds_since(begin) < seconds)
        all.make(store);
    auto const waits = all.finish();
    double const cpu = cpu_time() - cpu_before;
    double const took = seconds_since(begin);
    auto const count = static_cast<double>(waits.size());
    return {.events_a_second = count / took,
            .events_a_commit = count / static_cast<double>(commits - commits_before),
            .median_wait = waits[waits.size() / 2],
            .p99_wait = waits[waits.size() - 1 - waits.size() / 100],
            .cpu_an_event = cpu / count};
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
        tidings::sqlite_store const make(path); // its schema
    }
    sqlite3* handle = nullptr;
    sqlite3_open(path.c_str(), &handle);
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> const database(handle, &sqlite3_close);
    run(handle, "PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST; PRAGMA wal_autocheckpoint = 1024");
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(handle, "INSERT INTO events VALUES(?1, 1, '', '', ?2, 0)", -1, &insert, nullptr);
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
        auto const store = measure_store(seconds, on_their_way);
        auto const batch = std::max<std::size_t>(1, static_cast<std::size_t>(store.events_a_commit + 0.5));
        auto const group = measure_bare(seconds, batch);
        std::printf("store, %5zu on their way: %8.0f events/s, %6.1f a commit, wait p50 %6.2f ms, p99 %6.2f "
                    "ms, CPU %5.2f us "
                    "an event; x%.2f "
                    "of a transaction each; x%.2f of bare groups of %zu (%.0f events/s)\n",
                    on_their_way, store.events_a_second, store.events_a_commit, store.median_wait * 1e3,
                    store.p99_wait * 1e3, store.cpu_an_event, store.events_a_second / single.events_a_second,
                    store.events_a_second / group.events_a_second, batch, group.events_a_second);
        std::fflush(stdout);
    }
}
