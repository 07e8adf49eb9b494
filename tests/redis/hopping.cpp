// SPDX-License-Identifier: BSL-1.0
// usage: hopping HUB EVENTS KILLS RESTARTS [SEED]
// Three processes of the program HUB share an engine that syncs before it answers. Four publishers number
// their events and send one again until it is acknowledged; a hundred subscribers hop from node to node with
// their last id. Meanwhile nodes are killed so many times, and the engine so many. Every subscriber has to
// get every acknowledged event once, and those of a publisher in their order.
#include <tidings/testing/client.hpp>

#include "support/engine_process.hpp"
#include "support/scratch_folder.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <random>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::testing::client;
using steady = std::chrono::steady_clock;

namespace {

constexpr int skipped = 77;
constexpr std::size_t nodes = 3, publishers = 4, subscribers = 100;
using numbers = std::array<std::uint64_t, publishers>;

std::uint16_t free_port()
{
    int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("there is no free port");
    ::close(fd);
    return ntohs(address.sin_port);
}

/// A node, at the same port each time it is started.
class hub_process
{
public:
    hub_process(std::string program, std::string engine)
        : program_(std::move(program)), engine_(std::move(engine))
    {
        start();
    }
    ~hub_process() { kill(); }
    hub_process(hub_process const&) = delete;
    hub_process& operator=(hub_process const&) = delete;

    std::uint16_t port() const noexcept { return port_; }

    void kill()
    {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }

    /// Until it has said where it is.
    void start()
    {
        std::array<int, 2> said{};
        if (::pipe2(said.data(), O_CLOEXEC) != 0)
            throw std::runtime_error("there is no pipe for what a node says");
        std::vector<std::string> words{
            "setpriv", "--pdeathsig", "KILL",      program_, "--port", std::to_string(port_),
            "--hub",   engine_,       "--history", "200000"};
        std::vector<char*> arguments;
        arguments.reserve(words.size() + 1);
        for (auto& each : words)
            arguments.push_back(each.data());
        arguments.push_back(nullptr);
        posix_spawn_file_actions_t streams;
        posix_spawn_file_actions_init(&streams);
        posix_spawn_file_actions_adddup2(&streams, said[1], STDOUT_FILENO);
        posix_spawn_file_actions_addopen(&streams, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        int const error = ::posix_spawnp(&process_, "setpriv", &streams, nullptr, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&streams);
        ::close(said[1]);
        char first = 0;
        bool const is_there = error == 0 && ::read(said[0], &first, 1) == 1;
        ::close(said[0]);
        if (!is_there)
            throw std::runtime_error("a node does not start");
    }

private:
    std::string const program_, engine_;
    std::uint16_t const port_ = free_port();
    pid_t process_ = -1;
};

/// What all threads see of each other.
struct shared_state
{
    std::vector<std::uint16_t> ports;
    std::atomic<std::size_t> listening = 0; ///< subscribers that have an id
    std::array<std::atomic<std::uint64_t>, publishers> acknowledged{};
    std::atomic<std::uint64_t> all_acknowledged = 0;
    std::atomic<bool> is_over = false; ///< nothing more is published
    std::atomic<std::uint64_t> deliveries = 0, hops = 0, gaps = 0, repeats = 0, resets = 0, missing = 0,
                               retries = 0, refused = 0;
};

/// Numbers its events, and sends each until a node has said that it is kept.
class publisher
{
public:
    publisher(shared_state& state, std::size_t index, unsigned seed)
        : state_(state), index_(index), random_(seed)
    {}

    void publish_all(std::uint64_t count)
    {
        for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
            while (!publish(sequence))
                ++state_.retries;
            state_.acknowledged[index_] = sequence;
            ++state_.all_acknowledged;
            state_.all_acknowledged.notify_one();
        }
    }

private:
    bool publish(std::uint64_t sequence)
    try {
        if (!at_)
            at_.emplace(state_.ports[random_() % nodes]);
        std::string const body =
            R"({"topic":"news","data":")" + std::to_string(index_) + ' ' + std::to_string(sequence) + R"("})";
        at_->send("POST /emit HTTP/1.1\r\nHost: localhost\r\nProducer-Id: p" + std::to_string(index_) +
                  "\r\nProducer-Seq: " + std::to_string(sequence) +
                  "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        int const status = at_->read_head().status();
        std::string const said = at_->read_body();
        if (status == 200)
            return true;
        if (status < 500) { // nothing that another node would take
            ++state_.refused;
            std::fprintf(stderr, "%d %s\n", status, said.c_str());
        }
        at_.reset();
        return false;
    } catch (std::runtime_error const&) { // it was killed
        at_.reset();
        return false;
    }

    shared_state& state_;
    std::size_t const index_;
    std::mt19937 random_;
    std::optional<client> at_;
};

/// Follows, now here and now there.
class subscriber
{
public:
    subscriber(shared_state& state, unsigned seed) : state_(state), random_(seed) {}

    void run()
    {
        auto patience = steady::time_point::max();
        while (!has_all() && steady::now() < patience) {
            if (state_.is_over && patience == steady::time_point::max())
                patience = steady::now() + 60s;
            try {
                follow();
            } catch (std::runtime_error const&) { // it was killed, or is silent
            }
            ++state_.hops;
        }
        for (std::size_t i = 0; i < publishers; ++i)
            state_.missing +=
                state_.acknowledged[i] - std::min<std::uint64_t>(got_[i], state_.acknowledged[i]);
    }

private:
    bool has_all() const
    {
        if (!state_.is_over)
            return false;
        for (std::size_t i = 0; i < publishers; ++i)
            if (got_[i] < state_.acknowledged[i])
                return false;
        return true;
    }

    void follow()
    {
        client at(state_.ports[random_() % nodes], {.limit = 2s});
        at.get("/events?topic=news", id_.empty() ? "" : "Last-Event-ID: " + id_ + "\r\n");
        if (at.read_head().status() != 200)
            return;
        auto const until = steady::now() + std::chrono::milliseconds(100 + random_() % 3'000);
        while (steady::now() < until && !has_all()) {
            auto const event = at.next_event();
            if (!event)
                return;
            if (id_.empty())
                ++state_.listening;
            if (!at.last_event_id().empty())
                id_ = at.last_event_id();
            take(event->type(), event->data());
        }
    }

    void take(std::string_view type, std::string_view data)
    {
        if (type == "tidings-reset") {
            if (state_.resets++ < 5)
                std::fprintf(stderr, "a reset at %s: %s\n", id_.c_str(), std::string(data).c_str());
        }
        if (type != "message" || data == "begin")
            return;
        ++state_.deliveries;
        auto const by = static_cast<std::size_t>(data[0] - '0');
        std::uint64_t const sequence = std::strtoull(data.data() + 2, nullptr, 10);
        if (sequence <= got_.at(by)) {
            ++state_.repeats;
            return;
        }
        state_.gaps += sequence - got_[by] - 1;
        got_[by] = sequence;
    }

    shared_state& state_;
    std::mt19937 random_;
    std::string id_;
    numbers got_{};
};

void begin(shared_state const& state)
{
    while (state.listening < subscribers) {
        client at(state.ports[0]);
        std::string const body = R"({"topic":"news","data":"begin"})";
        at.send("POST /emit HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
        at.read_head();
    }
}

int run(std::string const& hub, std::uint64_t events, std::uint64_t kills, std::uint64_t restarts,
        unsigned seed)
{
    scratch_folder const folder;
    engine_process engine(folder.file("engine"), {"--appendonly", "yes", "--appendfsync", "always"});
    std::vector<std::unique_ptr<hub_process>> hubs;
    shared_state state;
    for (std::size_t i = 0; i < nodes; ++i) {
        hubs.push_back(std::make_unique<hub_process>(hub, engine.url()));
        state.ports.push_back(hubs.back()->port());
    }
    std::mt19937 random(seed);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < subscribers; ++i)
        threads.emplace_back([&state, own = random()] { subscriber(state, own).run(); });
    begin(state);

    std::vector<std::jthread> publishing;
    for (std::size_t i = 0; i < publishers; ++i)
        publishing.emplace_back([&state, i, own = random(), count = events / publishers] {
            publisher(state, i, own).publish_all(count);
        });
    std::uint64_t killed = 0, restarted = 0;
    while (killed < kills || restarted < restarts) { // spread over the events
        std::uint64_t const done = state.all_acknowledged;
        if (killed < kills && done >= (killed + 1) * events / (kills + 1)) {
            auto& each = *hubs[random() % nodes];
            each.kill();
            each.start();
            ++killed;
        } else if (restarted < restarts && done >= (restarted + 1) * events / (restarts + 1)) {
            engine.kill();
            engine.start();
            ++restarted;
        } else {
            state.all_acknowledged.wait(done);
        }
    }
    publishing.clear(); // waits for them
    state.is_over = true;
    threads.clear();

    std::printf(
        "%llu events acknowledged, %llu node kills, %llu engine restarts, %llu publishes sent again; %zu "
        "subscribers, %llu hops, %llu deliveries; missing %llu, gaps %llu, repeats %llu, resets %llu, "
        "refused "
        "%llu (seed %u)\n",
        static_cast<unsigned long long>(state.all_acknowledged.load()),
        static_cast<unsigned long long>(killed), static_cast<unsigned long long>(restarted),
        static_cast<unsigned long long>(state.retries), subscribers,
        static_cast<unsigned long long>(state.hops), static_cast<unsigned long long>(state.deliveries),
        static_cast<unsigned long long>(state.missing), static_cast<unsigned long long>(state.gaps),
        static_cast<unsigned long long>(state.repeats), static_cast<unsigned long long>(state.resets),
        static_cast<unsigned long long>(state.refused), seed);
    bool const is_right = state.missing == 0 && state.gaps == 0 && state.repeats == 0 && state.resets == 0 &&
                          state.refused == 0 &&
                          state.deliveries == subscribers * (events / publishers) * publishers;
    return is_right ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
try {
    if (argc < 5)
        return std::fprintf(stderr, "usage: hopping HUB EVENTS KILLS RESTARTS [SEED]\n"), 2;
    if (!engine_process::is_installed())
        return std::puts("there is no such engine on this machine"), skipped;
    std::signal(SIGPIPE, SIG_IGN);
    auto const number = [&](int at) { return std::strtoull(argv[at], nullptr, 10); };
    return run(argv[1], number(2), number(3), number(4),
               argc > 5 ? static_cast<unsigned>(number(5)) : std::random_device{}());
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
