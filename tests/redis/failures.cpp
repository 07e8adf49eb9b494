// SPDX-License-Identifier: BSL-1.0
// Nodes that publish and listen while their engine is killed, frozen, and cuts them off. Every event that was
// acknowledged has to be told once, in one order, at all nodes. Usage: failures SECONDS [SEED]
#include <tidings/hub/redis/redis_store.hpp>

#include "support/engine_process.hpp"
#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;

namespace {

constexpr int skipped = 77;
constexpr std::size_t publishers = 2; // of three nodes
std::array<std::string, 3> const topics{"a", "b", "c"};

/// A store with a user, who follows all topics.
struct node
{
    explicit node(engine_process const& engine)
        : store(redis_store(engine.url(), {.publish_timeout = 60s,
                                           .answer_timeout = 300ms,
                                           .probe_timeout = 100ms,
                                           .log = [](log_level, std::string_view) {}})),
          user(*store)
    {
        for (auto const& each : topics)
            user.open(each);
    }
    std::shared_ptr<topic_store> store;
    store_user user;
};

class failures
{
public:
    explicit failures(unsigned seed)
        : random_(seed), engine_(folder_.file("engine"), {"--appendonly", "yes", "--appendfsync", "always"})
    {
        for (int i = 0; i < 3; ++i)
            nodes_.push_back(std::make_unique<node>(engine_));
    }

    void run(std::chrono::seconds length)
    {
        auto const end = std::chrono::steady_clock::now() + length;
        while (std::chrono::steady_clock::now() < end) {
            publish_some();
            fail_somehow();
            wait(100); // less than a history holds
        }
        wait(0);
    }

    /// How many things are wrong.
    int judge()
    {
        int wrong = 0;
        std::vector<std::uint64_t> first;
        for (auto const& each : nodes_) {
            auto const told = each->user.told(published_);
            wrong += told.size() != published_;
            wrong += each->user.was_early();
            std::map<std::string, std::uint64_t> newest;
            std::vector<std::uint64_t> tags;
            for (auto const& [topic, event] : told) {
                wrong += event.previous != std::exchange(newest[topic], event.number);
                tags.push_back(tag_of(event));
            }
            auto const numbers = [](auto const& event) { return event.second.number; };
            wrong += std::ranges::adjacent_find(told, std::ranges::greater_equal(), numbers) != told.end();
            wrong += !first.empty() && tags != first;
            first = std::move(tags);
        }
        std::ranges::sort(first);
        wrong += std::ranges::adjacent_find(first) != first.end();
        std::printf("%zu events, %d kills, %d cut connections, %d stops; wrong: %d\n", published_, kills_,
                    cuts_, stops_, wrong);
        return wrong;
    }

private:
    void publish_some()
    {
        for (auto left = random_() % 200; left > 0; --left) {
            std::size_t const size = random_() % 50 == 0 ? 9'000 : 20; // some are too large to be pushed
            auto& by = nodes_[random_() % publishers]->user;
            if (by.append(topics[random_() % topics.size()], published_ + 1, size))
                ++published_;
        }
    }

    void fail_somehow()
    {
        switch (random_() % 12) {
        case 0:
            engine_.kill();
            engine_.start();
            ++kills_;
            break;
        case 1:
        case 2:
            engine_.ask({"CLIENT", "KILL", "TYPE", random_() % 2 == 0 ? "normal" : "pubsub"});
            ++cuts_;
            break;
        case 3:
            engine_.ask({"SCRIPT", "FLUSH"});
            break;
        case 4:
            engine_.freeze();
            publish_some();
            engine_.thaw();
            ++stops_;
            break;
        default:
            break;
        }
    }

    void wait(std::size_t on_their_way)
    {
        for (auto const& each : nodes_)
            for (auto const& topic : topics)
                each->user.wait(topic, on_their_way);
    }

    std::mt19937 random_;
    scratch_folder folder_;
    engine_process engine_;
    std::vector<std::unique_ptr<node>> nodes_;
    std::size_t published_ = 0;
    int kills_ = 0;
    int cuts_ = 0;
    int stops_ = 0;
};

} // namespace

int main(int argc, char** argv)
{
    if (!engine_process::is_installed())
        return std::puts("there is no such engine on this machine") < 0 ? 1 : skipped;
    try {
        unsigned const seed = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : std::random_device{}();
        std::printf("seed %u\n", seed);
        failures all(seed);
        all.run(std::chrono::seconds(argc > 1 ? std::atoi(argv[1]) : 10));
        return all.judge() == 0 ? 0 : 1;
    } catch (std::exception const& error) {
        std::puts(error.what());
        return 1;
    }
}
