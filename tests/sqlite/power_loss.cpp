// SPDX-License-Identifier: BSL-1.0
// usage: power_loss ROUNDS [--ignore-syncs] [SEED]
// Keeps events on a disk whose power fails at a random moment, which drops or tears what was not synced; then
// opens the log again. What was acknowledged has to be there, once and in order, and what was refused must
// not. On a disk that ignores syncs that cannot be, and the program demands that it shows.
#include <tidings/hub/sqlite/sqlite_log.hpp>

#include "faulty_disk.hpp"
#include "log_user.hpp"
#include "scratch_folder.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tidings::test;
using tidings::log_tail;
using tidings::sqlite_log;

namespace {

struct totals
{
    long acknowledged = 0;
    long refused = 0;
    long unsure = 0; ///< neither when the power failed, and there all the same
    faulty_disk::loss lost{};
};

/// What the publisher of a topic knows of it.
struct topic_book
{
    std::string epoch;
    std::uint64_t next = 1;
    std::uint64_t forgotten_before = 1;
    std::map<std::uint64_t, std::size_t> appended; ///< number and size
    std::map<std::uint64_t, bool> answered;        ///< true: acknowledged, false: refused
};

void demand(bool holds, std::string const& what)
{
    if (!holds)
        throw std::runtime_error(what);
}

void check(std::string const& topic, topic_book const& book, log_tail const& tail, totals& sum)
{
    demand(book.epoch.empty() || tail.epoch == book.epoch, topic + " has another epoch");
    std::map<std::uint64_t, bool> found;
    std::uint64_t last = 0;
    for (auto const& each : tail.events) {
        auto const name = topic + " " + std::to_string(each.number);
        demand(each.number > last, name + " is twice or out of order");
        last = each.number;
        auto const sent = book.appended.find(each.number);
        demand(sent != book.appended.end(), name + " was never appended");
        demand(each.text == text_of(each.number, sent->second), name + " is not what it was");
        auto const answer = book.answered.find(each.number);
        demand(answer == book.answered.end() || answer->second, name + " was refused and is there");
        sum.unsure += answer == book.answered.end();
        found[each.number] = true;
    }
    for (auto const& [number, is_kept] : book.answered) {
        auto const name = topic + " " + std::to_string(number);
        if (is_kept && number >= book.forgotten_before)
            demand(found.count(number) == 1, name + " was acknowledged and is lost");
        demand(!is_kept || tail.next_number > number, name + " may be given again");
    }
}

/// The events of a file, over several failures of the power.
class round_of_failures
{
public:
    round_of_failures(std::mt19937_64& random, totals& sum, bool ignores_syncs) : random_(random), sum_(sum)
    {
        if (ignores_syncs)
            disk_.ignore_syncs();
    }

    void run()
    {
        for (int failure = 0; failure < 3; ++failure) {
            disk_.cut_power_after(one_of(failure == 0 ? 600 : 300));
            if (one_of(3) == 0)
                disk_.fail_sync_after(one_of(60));
            try {
                publish();
            } catch (std::runtime_error const&) {
                if (!disk_.is_cut()) // or else the log was refused in the midst of being made
                    throw;
            }
            auto const lost = disk_.restore_power(random_);
            sum_.lost.writes += lost.writes;
            sum_.lost.dropped += lost.dropped;
            sum_.lost.torn += lost.torn;
            reopen();
        }
    }

private:
    long one_of(std::uint64_t choices) { return static_cast<long>(random_() % choices); }

    std::unique_ptr<sqlite_log> open()
    {
        tidings::sqlite_log_options options;
        options.wal_bytes = 32'768; // so that folding is often interrupted as well
        options.vfs = faulty_disk::name;
        return std::make_unique<sqlite_log>(folder_.file("events.db"), options);
    }

    /// Until the power fails.
    void publish()
    {
        std::unique_ptr<sqlite_log> log;
        try {
            log = open();
            open_topics(*log);
        } catch (std::runtime_error const&) {
            if (!disk_.is_cut()) { // the one sync that fails
                log.reset();
                log = open();
                open_topics(*log);
            } else {
                throw;
            }
        }
        std::map<std::string, log_user> users;
        for (auto const& [name, book] : books_)
            users.try_emplace(name, *log, name);
        auto const on_their_way = static_cast<std::size_t>(one_of(3) == 0 ? 0 : one_of(12));
        auto const note = [&] {
            for (auto& [name, user] : users) {
                for (auto const number : user.kept())
                    books_[name].answered[number] = true;
                sum_.acknowledged += static_cast<long>(user.kept().size());
                for (auto const number : user.refused())
                    note_refusal(name, number);
            }
        };
        while (!disk_.is_cut()) {
            for (auto& [name, user] : users) {
                auto& book = books_[name];
                auto const size = static_cast<std::size_t>(one_of(10) == 0 ? one_of(9'000) : one_of(300));
                auto const number = book.next;
                book.next += 1 + static_cast<std::uint64_t>(one_of(2));
                book.appended[number] = size;
                if (!user.append(number, size))
                    break;
                user.wait(on_their_way);
                if (number > 30 && one_of(5) == 0) {
                    book.forgotten_before = number - 20;
                    log->forget_before(name, book.forgotten_before);
                }
                if (!disk_.is_cut() && on_their_way == 0 && !user.refused().empty() &&
                    user.refused().back() == number)
                    sure_refusals_[name + std::to_string(number)] = true;
            }
        }
        log.reset();
        note();
    }

    void open_topics(sqlite_log& log)
    {
        for (auto const* name : {"a", "b", "c"}) {
            auto const tail = log.open(name);
            books_[name].epoch = tail.epoch;
        }
    }

    // A refusal that was spoken while the power failed says nothing about the disk.
    void note_refusal(std::string const& name, std::uint64_t number)
    {
        if (sure_refusals_.count(name + std::to_string(number))) {
            books_[name].answered[number] = false;
            ++sum_.refused;
        }
    }

    void reopen()
    {
        auto const log = open();
        for (auto& [name, book] : books_) {
            auto const tail = log->open(name);
            check(name, book, tail, sum_);
            book.epoch = tail.epoch;
            book.next = std::max(book.next, tail.next_number);
            for (auto const& each : tail.events)
                book.answered.try_emplace(each.number, true);
        }
    }

    std::mt19937_64& random_;
    totals& sum_;
    scratch_folder const folder_;
    faulty_disk disk_;
    std::map<std::string, topic_book> books_;
    std::map<std::string, bool> sure_refusals_;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2)
        return 2;
    long const rounds = std::atol(argv[1]);
    bool const ignores_syncs = argc > 2 && std::strcmp(argv[2], "--ignore-syncs") == 0;
    std::uint64_t const seed = argc > 2 + ignores_syncs ? std::strtoull(argv[2 + ignores_syncs], nullptr, 10)
                                                        : std::random_device()();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    totals sum;
    long failed = 0;
    for (long round = 0; round < rounds; ++round) {
        std::mt19937_64 random(seed + static_cast<std::uint64_t>(round));
        try {
            round_of_failures(random, sum, ignores_syncs).run();
        } catch (std::exception const& error) {
            if (++failed <= 5)
                std::printf("round %ld (seed %llu): %s\n", round,
                            static_cast<unsigned long long>(seed + static_cast<std::uint64_t>(round)),
                            error.what());
        }
    }
    std::printf(
        "%ld rounds, 3 failures each: %ld events acknowledged, %ld refused, %ld there that nobody had "
        "heard of; %ld unsynced writes, %ld dropped, %ld torn; %ld rounds failed\n",
        rounds, sum.acknowledged, sum.refused, sum.unsure, sum.lost.writes, sum.lost.dropped, sum.lost.torn,
        failed);
    return (failed == 0) == !ignores_syncs ? 0 : 1;
}
