// SPDX-License-Identifier: BSL-1.0
// usage: survives_kill ROUNDS [SEED]
//        survives_kill --append FILE   (what each round runs, and kills)
// A child appends from several threads and tells a pipe what was acknowledged; it is killed at a random
// moment. Afterwards each acknowledged event has to be there, once and in order.
#include <tidings/hub/sqlite/sqlite_store.hpp>

#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace tidings::test;
using tidings::sqlite_store;

namespace {

constexpr unsigned threads = 4;
constexpr std::size_t on_their_way = 50; // of each thread

/// Goes through a pipe in one piece.
struct acknowledgement
{
    std::uint64_t topic;
    std::uint64_t tag;
};

std::string topic_name(std::uint64_t number)
{
    return "topic " + std::to_string(number);
}

// Until it is killed, or nobody listens any more.
int append(std::string const& path)
{
    sqlite_store store(path, {.wal_bytes = 262'144});
    store_user user(store);
    std::vector<std::jthread> publishers;
    for (std::uint64_t topic = 0; topic < threads; ++topic) {
        publishers.emplace_back([&user, topic] {
            auto const name = topic_name(topic);
            auto tag = user.read(name).events.size() + 1;
            user.open(name);
            std::size_t told = 0;
            for (;; ++tag) {
                if (!user.append(name, tag, tag % 700))
                    std::abort();
                user.wait(name, on_their_way);
                if (tag % 64 != 0)
                    continue;
                user.wait(name);
                for (auto const kept = user.kept(name); told < kept.size(); ++told) {
                    acknowledgement const said{topic, kept[told]};
                    if (::write(STDOUT_FILENO, &said, sizeof said) != sizeof said)
                        std::_Exit(1);
                }
            }
        });
    }
    return 0;
}

void demand(bool holds, std::string const& what)
{
    if (!holds)
        throw std::runtime_error(what);
}

/// A child with a pipe from its standard output; killed and waited for at the end of the scope.
class child
{
public:
    child(char const* program, std::string const& path)
    {
        int ends[2];
        demand(::pipe(ends) == 0, "no pipe");
        id_ = ::fork();
        demand(id_ >= 0, "no fork");
        if (id_ == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::close(ends[0]);
            ::close(ends[1]);
            ::execl(program, program, "--append", path.c_str(), static_cast<char*>(nullptr));
            std::_Exit(127);
        }
        ::close(ends[1]);
        pipe_ = ends[0];
    }
    ~child()
    {
        kill();
        ::close(pipe_);
    }
    child(child const&) = delete;
    child& operator=(child const&) = delete;

    /// False when there is nothing more.
    bool read(acknowledgement& into) { return ::read(pipe_, &into, sizeof into) == sizeof into; }

    void kill()
    {
        if (id_ > 0) {
            ::kill(id_, SIGKILL);
            ::waitpid(id_, nullptr, 0);
        }
        id_ = 0;
    }

private:
    pid_t id_ = 0;
    int pipe_ = -1;
};

struct outcome
{
    std::size_t acknowledged = 0;
    std::size_t there = 0;
};

outcome run_round(char const* program, std::string const& path, long acknowledgements)
{
    std::vector<std::set<std::uint64_t>> acknowledged(threads);
    outcome result;
    {
        child appending(program, path);
        acknowledgement said{};
        for (long heard = 0; heard < acknowledgements; ++heard) {
            demand(appending.read(said), "the child ended by itself");
            acknowledged.at(said.topic).insert(said.tag);
        }
        std::string refusal;
        try {
            sqlite_store const second(path);
        } catch (std::runtime_error const& error) {
            refusal = error.what();
        }
        demand(refusal.find("another store has it open") != std::string::npos, "a second process was let in");
        appending.kill();
        while (appending.read(said)) // what it said before it was killed
            acknowledged.at(said.topic).insert(said.tag);
    }
    sqlite_store store(path);
    store_user user(store);
    std::set<std::uint64_t> numbers;
    for (std::uint64_t topic = 0; topic < threads; ++topic) {
        auto const events = user.read(topic_name(topic)).events;
        for (std::size_t i = 0; i < events.size(); ++i) {
            demand(events[i].text == text_of(i + 1, (i + 1) % 700),
                   topic_name(topic) + " has a gap, an event twice, or another text");
            demand(i == 0 || events[i].number > events[i - 1].number, topic_name(topic) + " is out of order");
            demand(numbers.insert(events[i].number).second, "a number was given twice");
        }
        demand(acknowledged[topic].empty() || *acknowledged[topic].rbegin() <= events.size(),
               topic_name(topic) + " has lost what was acknowledged");
        result.acknowledged += acknowledged[topic].size();
        result.there += events.size();
    }
    return result;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 3 && std::strcmp(argv[1], "--append") == 0)
        return append(argv[2]);
    if (argc < 2)
        return 2;
    long const rounds = std::atol(argv[1]);
    std::uint64_t const seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : std::random_device()();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    std::mt19937_64 random(seed);
    scratch_folder const folder;
    std::size_t acknowledged = 0;
    std::size_t there = 0;
    for (long round = 0; round < rounds; ++round) {
        if (round % 5 == 0)
            std::printf("file %ld\n", round / 5);
        try {
            // The same file goes through five rounds, so that a healed one is killed again.
            auto const result = run_round(argv[0], folder.file("events" + std::to_string(round / 5) + ".db"),
                                          1 + static_cast<long>(random() % 4'000));
            acknowledged += result.acknowledged;
            there = result.there;
            std::printf("round %ld: %zu acknowledged, %zu in the file\n", round, result.acknowledged, there);
        } catch (std::exception const& error) {
            std::printf("round %ld: %s\n", round, error.what());
            return 1;
        }
    }
    std::printf("%ld kills: %zu acknowledged events, none lost, none twice\n", rounds, acknowledged);
    return 0;
}
