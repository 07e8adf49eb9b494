// SPDX-License-Identifier: BSL-1.0
// What an acknowledged publish survives, by the settings of the engine: each row of the table in the guide.
// The engine is killed, or loses power, under that setting, and what is left is counted.
#include "redis/nodes.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<std::string> const each_second{"--appendonly", "yes", "--appendfsync", "everysec"};

/// The disk below an engine's append-only file: the test holds up what is synced, and takes away what is not.
class disk
{
public:
    explicit disk(scratch_folder const& in)
        : folder_(in.file("engine")), notes_(in.file("gate")),
          gate_(::open(notes_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600))
    {}
    ~disk() { ::close(gate_); }
    disk(disk const&) = delete;
    disk& operator=(disk const&) = delete;

    std::vector<std::string> environment() const
    {
        return {"LD_PRELOAD=" TIDINGS_SYNC_GATE_LIBRARY, "TIDINGS_SYNC_GATE=" + notes_};
    }
    void hold() const { ::flock(gate_, LOCK_EX); }
    void release() const { ::flock(gate_, LOCK_UN); }
    /// Until the engine waits for what is held up.
    void wait_until_asked() const
    {
        while (!last_note().starts_with("asked"))
            std::this_thread::yield();
    }
    void wait_until_synced() const
    {
        while (synced() < std::filesystem::file_size(file()))
            std::this_thread::yield();
    }
    /// Of an engine that was killed: what had not reached the disk is gone.
    void lose_power() const { std::filesystem::resize_file(file(), synced()); }

private:
    std::filesystem::path file() const
    {
        for (auto const& each : std::filesystem::recursive_directory_iterator(folder_))
            if (std::string const name = each.path().filename().string();
                name == "appendonly.aof" || name.ends_with(".incr.aof"))
                return each.path();
        throw std::runtime_error("the engine has no append-only file");
    }
    std::uintmax_t synced() const
    {
        struct stat of{};
        ::stat(file().c_str(), &of);
        std::uintmax_t size = 0;
        std::ifstream notes(notes_);
        std::string what;
        for (std::uintmax_t inode = 0, length = 0; notes >> what >> inode >> length;)
            if (what == "synced" && inode == of.st_ino)
                size = length;
        return size;
    }
    std::string last_note() const
    {
        std::ifstream notes(notes_);
        std::string last;
        for (std::string line; std::getline(notes, line);)
            last = line;
        return last;
    }

    std::string const folder_;
    std::string const notes_;
    int const gate_;
};

numbers up_to(std::uint64_t last)
{
    numbers all(last);
    std::iota(all.begin(), all.end(), std::uint64_t(1));
    return all;
}

/// Events of these tags, which are acknowledged when this comes back.
void publish(node& at, std::uint64_t first, std::uint64_t last)
{
    for (std::uint64_t tag = first; tag <= last; ++tag)
        REQUIRE(at.user.append("a", tag));
    at.user.wait("a");
    REQUIRE(at.user.kept("a").back() == last);
}

/// One, and what its publisher is told.
topic_store::kept publish_one(node& at, std::uint64_t tag)
{
    std::promise<topic_store::kept> answer;
    REQUIRE(at.store->append("a", {.text = text_of(tag)},
                             [&](topic_store::kept got) { answer.set_value(std::move(got)); }));
    auto got = answer.get_future().get();
    REQUIRE_FALSE(got.error);
    return got;
}

std::uint64_t number_of(node& at, std::uint64_t tag)
{
    for (auto const& [topic, event] : at.user.told())
        if (tag_of(event) == tag)
            return event.number;
    return 0;
}

void follow(engine_process const& replica, engine_process const& primary)
{
    replica.ask({"REPLICAOF", "127.0.0.1", primary.listen_on_tcp()});
    while (primary.ask({"INFO", "replication"}).find("state=online") == std::string::npos)
        std::this_thread::yield();
}

/// The primary is lost, and the replica is there in its place.
void fail_over(engine_process& primary, engine_process const& replica)
{
    primary.kill();
    replica.ask({"REPLICAOF", "NO", "ONE"});
    std::filesystem::rename(replica.socket(), primary.socket());
}

} // namespace

// Nothing is left, and everybody is told so.
TEST_CASE_METHOD(nodes, "an engine without persistence is killed")
{
    start(no_persistence);
    node here(*engine);
    here.user.open("a");
    auto const before = here.user.life();
    publish(here, 1, 100);
    engine->kill();
    engine->start();
    here.user.life_after(before.epoch);
    CHECK(here.user.tags("a").empty());
}

// What came since the last snapshot is gone, and told.
TEST_CASE_METHOD(nodes, "an engine with snapshots is killed")
{
    start(no_persistence);
    node here(*engine);
    here.user.open("a");
    publish(here, 1, 100);
    REQUIRE(engine->ask({"SAVE"}) == "OK");
    publish(here, 101, 150);
    engine->kill();
    engine->start();
    CHECK(here.user.rollbacks(1).at(0).survived == number_of(here, 100));
    CHECK(here.user.tags("a") == up_to(100));
}

// The end of the process takes nothing of what was acknowledged.
TEST_CASE_METHOD(nodes, "an engine that syncs each second is killed")
{
    disk const below(folder);
    start(each_second, below.environment());
    node here(*engine);
    here.user.open("a");
    publish(here, 1, 100);
    engine->kill();
    engine->start();
    CHECK(here.user.rollbacks(1).at(0).survived == number_of(here, 100));
    CHECK(here.user.tags("a") == up_to(100));
}

// The loss of power takes what was acknowledged since the last sync, and that is told.
TEST_CASE_METHOD(nodes, "an engine that syncs each second loses power")
{
    disk const below(folder);
    start(each_second, below.environment());
    node here(*engine);
    here.user.open("a");
    publish(here, 1, 100);
    below.wait_until_synced();
    below.hold();
    publish(here, 101, 150);
    engine->kill();
    below.lose_power();
    below.release();
    engine->start();
    CHECK(here.user.rollbacks(1).at(0).survived == number_of(here, 100));
    CHECK(here.user.tags("a") == up_to(100));
}

// No acknowledgement comes before the sync, and the loss of power takes nothing that was acknowledged.
TEST_CASE_METHOD(nodes, "an engine that syncs before it answers loses power")
{
    disk const below(folder);
    start(synced, below.environment());
    node here(*engine);
    here.user.open("a");
    publish(here, 1, 200);
    below.hold();
    REQUIRE(here.user.append("a", 201));
    below.wait_until_asked();
    CHECK(here.user.kept("a") == up_to(200));
    engine->kill();
    CHECK(here.user.kept("a") == up_to(200));
    below.lose_power();
    below.release();
    engine->start();
    CHECK(here.user.rollbacks(1).at(0).survived == number_of(here, 200));
    here.user.wait("a"); // it was not answered, so it is sent again
    CHECK(here.user.tags("a") == up_to(201));
}

// A replica that is promoted has what it had got; the primary takes events while the replica is only behind,
// and none when it has gone.
TEST_CASE_METHOD(nodes, "an engine that has to have a replica is lost")
{
    start({"--appendonly", "no", "--min-replicas-to-write", "1"});
    engine_process replica(folder.file("replica"), no_persistence);
    follow(replica, *engine);
    node here(*engine);
    here.user.open("a");
    publish(here, 1, 1);
    while (replica.ask({"LLEN", "tidings:" + here.user.life().epoch + ":t:a"}) != "1")
        std::this_thread::yield();
    engine->ask({"CONFIG", "SET", "min-replicas-to-write", "2"});
    CHECK_THAT(here.user.error_of("a", 999), ContainsSubstring("min-replicas-to-write"));
    engine->ask({"CONFIG", "SET", "min-replicas-to-write", "1"});
    replica.freeze();
    for (std::uint64_t tag = 2; tag <= 300; ++tag) { // more than what is on its way holds
        REQUIRE(here.user.append("a", tag, 100'000));
        here.user.wait("a", 50);
    }
    here.user.wait("a");
    CHECK(here.user.kept("a").size() == 300);
    engine->kill();
    replica.thaw();
    fail_over(*engine, replica);
    auto const survived = here.user.rollbacks(1).at(0).survived;
    CHECK(survived >= number_of(here, 1));
    CHECK(survived < number_of(here, 300));
}

// Who waits for a replica is told whether it has the event; what it has survives the loss of the primary.
TEST_CASE_METHOD(nodes, "an engine is lost whose publishers wait for a replica")
{
    start(no_persistence);
    node here(*engine, {.replicas = 1, .within = 50ms});
    here.user.open("a");
    auto const alone = publish_one(here, 1);
    CHECK(alone.stored_only);
    CHECK(alone.replicas == 0);
    engine_process replica(folder.file("replica"), no_persistence);
    follow(replica, *engine);
    node patient(*engine, {.replicas = 1, .within = 60s});
    patient.user.open("a");
    here.user.rollbacks(1); // another life began when the engine got its first replica
    for (std::uint64_t tag = 2; tag <= 50; ++tag) {
        auto const answer = publish_one(patient, tag);
        REQUIRE(answer.replicas == 1);
        REQUIRE_FALSE(answer.stored_only);
    }
    replica.freeze();
    CHECK(publish_one(here, 51).stored_only);
    CHECK(tags(here.user.told(51)).back() == 51); // followers have it
    engine->kill();
    replica.thaw();
    fail_over(*engine, replica);
    CHECK(here.user.rollbacks(2).at(1).survived >= number_of(here, 50));
    auto const left = here.user.tags("a");
    REQUIRE(left.size() >= 50);
    CHECK(numbers(left.begin(), left.begin() + 50) == up_to(50));
}

// Who waits for the disk is told when the event is there, and then the loss of power does not take it. An
// engine that cannot say so, or says so before it is true, refuses the topic.
TEST_CASE_METHOD(nodes, "an engine loses power whose publishers wait for its disk")
{
    disk const below(folder);
    start(each_second, below.environment());
    std::string const info = engine->ask({"INFO", "server"});
    if (info.find("redis_version:6.") != info.npos || info.find("redis_version:7.") != info.npos) {
        node refused(*engine, {.synced = true});
        CHECK_THROWS_WITH(refused.user.open("a"), ContainsSubstring("8.0"));
        CHECK_THROWS_AS(refused.user.append("a", 1), std::logic_error); // it is not open
        return;
    }
    node hasty(*engine, {.synced = true, .within = 50ms});
    hasty.user.open("a");
    node patient(*engine, {.synced = true, .within = 60s});
    patient.user.open("a");
    CHECK_FALSE(publish_one(patient, 1).stored_only);
    below.hold();
    CHECK(publish_one(hasty, 2).stored_only);
    below.release();
    CHECK_FALSE(publish_one(patient, 3).stored_only);
    engine->kill();
    below.lose_power();
    engine->start();
    patient.user.rollbacks(1);
    CHECK(patient.user.tags("a") == up_to(3));
    engine->ask({"CONFIG", "SET", "appendonly", "no"});
    CHECK(publish_one(patient, 4).stored_only);
    CHECK_THROWS_WITH(node(*engine, {.synced = true}).user.open("a"), ContainsSubstring("appendonly yes"));
}
