// SPDX-License-Identifier: BSL-1.0
// usage: power_loss ROUNDS [--ignore-syncs] [SEED]
// Keeps events on a disk whose power fails at a random moment, which drops or tears what was not synced; then
// opens the log again. What was acknowledged has to be there, once and in order, and what was refused must
// not. On a disk that ignores syncs that cannot be, and the program demands that it shows.
#include <tidings/hub/sqlite/sqlite_store.hpp>

#include "faulty_disk.hpp"
#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"

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
using tidings::sqlite_store;

namespace {

struct totals
{
    long acknowledged = 0;
    long refused = 0;
    long unsure = 0; ///< neither when the power failed, and there all the same
    faulty_disk::loss lost{};
};

/// What the publisher of a topic knows of it, by the tags that it gives to events.
struct topic_book
{
    std::uint64_t next = 1;
    std::uint64_t forgotten_before = 1;
    std::map<std::uint64_t, std::size_t> appended;  ///< tag and size
    std::map<std::uint64_t, bool> answered;         ///< true: acknowledged, false: refused
    std::map<std::uint64_t, std::uint64_t> numbers; ///< of those that were acknowledged
};

void demand(bool holds, std::string const& what)
{
    if (!holds)
        throw std::runtime_error(what);
}

void check(std::string const& topic, topic_book const& book, store_user::history const& now,
           std::uint64_t newest, totals& sum)
{
    std::map<std::uint64_t, bool> found;
    std::uint64_t last = 0;
    std::uint64_t last_number = now.lost;
    for (auto const& each : now.events) {
        auto const tag = tag_of(each);
        auto const name = topic + " " + std::to_string(tag);
        demand(tag > last, name + " is twice or out of order");
        last = tag;
        demand(each.number > last_number, name + " has a number that does not rise");
        last_number = each.number;
        auto const sent = book.appended.find(tag);
        demand(sent != book.appended.end(), name + " was never appended");
        demand(each.text == text_of(tag, sent->second), name + " is not what it was");
        auto const answer = book.answered.find(tag);
        demand(answer == book.answered.end() || answer->second, name + " was refused and is there");
        auto const number = book.numbers.find(tag);
        demand(number == book.numbers.end() || number->second == each.number, name + " has another number");
        sum.unsure += answer == book.answered.end();
        found[tag] = true;
    }
    for (auto const& [tag, is_kept] : book.answered) {
        auto const name = topic + " " + std::to_string(tag);
        if (is_kept && tag >= book.forgotten_before)
            demand(found.count(tag) == 1, name + " was acknowledged and is lost");
        if (is_kept && !found.count(tag))
            demand(now.lost >= book.numbers.at(tag), name + " is gone, and nobody is told");
        demand(!is_kept || newest >= book.numbers.at(tag), name + " has a number that may be given again");
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
                if (!disk_.is_cut()) // or else the store was refused in the midst of being made
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

    std::unique_ptr<sqlite_store> open()
    {
        tidings::sqlite_store_options options;
        options.wal_bytes = 32'768; // so that folding is often interrupted as well
        options.vfs = faulty_disk::name;
        return std::make_unique<sqlite_store>(folder_.file("events.db"), options);
    }

    /// Until the power fails.
    void publish()
    {
        std::unique_ptr<sqlite_store> store;
        std::optional<store_user> user;
        auto const open_all = [&] {
            store = open();
            user.emplace(*store);
            for (auto const& name : names)
                user->open(name);
        };
        try {
            open_all();
        } catch (std::runtime_error const&) {
            if (disk_.is_cut())
                throw;
            user.reset(); // the one sync that fails
            store.reset();
            open_all();
        }
        auto const on_their_way = static_cast<std::size_t>(one_of(3) == 0 ? 0 : one_of(12));
        while (!disk_.is_cut()) {
            for (std::string const& name : names) {
                auto& book = books_[name];
                auto const size = static_cast<std::size_t>(one_of(10) == 0 ? one_of(9'000) : one_of(300));
                auto const tag = book.next++;
                book.appended[tag] = size;
                if (!user->append(name, tag, size))
                    break;
                user->wait(name, on_their_way);
                if (tag > 30 && one_of(5) == 0)
                    forget(*store, *user, name, tag - 20);
                auto const refused = user->refused(name);
                if (!disk_.is_cut() && on_their_way == 0 && !refused.empty() && refused.back() == tag) {
                    book.answered[tag] = false; // by a disk that had power
                    ++sum_.refused;
                }
            }
        }
        store.reset();
        note_kept(*user);
    }

    void note_kept(store_user& user)
    {
        for (auto const& [name, each] : user.told())
            books_[name].numbers[tag_of(each)] = each.number;
        for (std::string const& name : names) {
            for (auto const tag : user.kept(name))
                books_[name].answered[tag] = true;
            sum_.acknowledged += static_cast<long>(user.kept(name).size());
        }
    }

    void forget(sqlite_store& store, store_user& user, std::string const& name, std::uint64_t before)
    {
        for (auto const& [topic, each] : user.told()) {
            if (topic == name && tag_of(each) == before) {
                books_[name].forgotten_before = before;
                store.forget_before(name, each.number);
            }
        }
    }

    void reopen()
    {
        auto const store = open();
        store_user user(*store);
        auto const life = user.life();
        demand(epoch_.empty() || life.epoch == epoch_, "another epoch");
        epoch_ = life.epoch;
        for (std::string const& name : names) {
            auto& book = books_[name];
            auto const now = user.read(name);
            check(name, book, now, life.newest, sum_);
            for (auto const& each : now.events) {
                book.answered.try_emplace(tag_of(each), true);
                book.numbers.try_emplace(tag_of(each), each.number);
            }
        }
    }

    static inline std::vector<std::string> const names{"a", "b", "c"};

    std::mt19937_64& random_;
    totals& sum_;
    scratch_folder const folder_;
    faulty_disk disk_;
    std::map<std::string, topic_book> books_;
    std::string epoch_; // once it is known
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
