// SPDX-License-Identifier: BSL-1.0
#include "engine_process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <hiredis/hiredis.h>
#include <memory>
#include <random>
#include <spawn.h>
#include <stdexcept>
#include <thread>

namespace tidings::test {

namespace {

// Valkey is another one.
char const* program()
{
    char const* const chosen = std::getenv("TIDINGS_ENGINE"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    return chosen ? chosen : "/usr/bin/redis-server";
}

using connection = std::unique_ptr<redisContext, decltype(&redisFree)>;

connection connect(std::string const& socket)
{
    connection made(redisConnectUnix(socket.c_str()), redisFree);
    return made && made->err == 0 ? std::move(made) : connection(nullptr, redisFree);
}

std::string text_of(redisReply const& reply)
{
    switch (reply.type) {
    case REDIS_REPLY_INTEGER:
        return std::to_string(reply.integer);
    case REDIS_REPLY_ARRAY: {
        std::string all;
        for (std::size_t i = 0; i < reply.elements; ++i)
            all.append(i > 0 ? " " : "").append(text_of(*reply.element[i]));
        return all;
    }
    case REDIS_REPLY_NIL:
        return "";
    default:
        return {reply.str, reply.len};
    }
}

std::string ask(redisContext& at, std::vector<std::string> const& words)
{
    std::vector<char const*> texts;
    std::vector<std::size_t> sizes;
    for (std::string const& each : words) {
        texts.push_back(each.data());
        sizes.push_back(each.size());
    }
    std::unique_ptr<void, decltype(&freeReplyObject)> const reply(
        redisCommandArgv(&at, static_cast<int>(words.size()), texts.data(), sizes.data()), freeReplyObject);
    return reply ? text_of(*static_cast<redisReply*>(reply.get())) : "the engine is gone";
}

} // namespace

bool engine_process::is_installed()
{
    return ::access(program(), X_OK) == 0;
}

engine_process::engine_process(std::string folder, std::vector<std::string> settings,
                               std::vector<std::string> environment)
    : folder_(std::move(folder)), socket_(folder_ + "/engine.sock"), settings_(std::move(settings)),
      environment_(std::move(environment))
{
    std::filesystem::create_directories(folder_);
    start();
}

void engine_process::start()
{
    // It dies with this process, also with one that is killed.
    std::vector<std::string> words{"setpriv", "--pdeathsig", "KILL", "env"};
    words.insert(words.end(), environment_.begin(), environment_.end());
    std::vector<std::string> const fixed{program(),
                                         "--port",
                                         "0",
                                         "--dir",
                                         folder_,
                                         "--unixsocket",
                                         socket_,
                                         "--save",
                                         "",
                                         "--repl-diskless-sync-delay",
                                         "0",
                                         "--logfile",
                                         folder_ + "/log"};
    words.insert(words.end(), fixed.begin(), fixed.end());
    words.insert(words.end(), settings_.begin(), settings_.end());
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& each : words)
        arguments.push_back(each.data());
    arguments.push_back(nullptr);
    if (::posix_spawnp(&process_, "setpriv", nullptr, nullptr, arguments.data(), environ) != 0)
        throw std::runtime_error("cannot start the engine");
    auto const patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < patience) {
        auto const made = connect(socket_);
        std::string const said = made ? test::ask(*made, {"PING"}) : "";
        if (said == "PONG" || said.starts_with("NOAUTH"))
            return;
        std::this_thread::yield();
    }
    throw std::runtime_error("the engine does not answer");
}

void engine_process::kill()
{
    if (process_ < 0)
        return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

std::string engine_process::listen_on_tcp() const
{
    std::mt19937 random(std::random_device{}());
    for (int i = 0; i < 100; ++i) {
        std::string const port = std::to_string(20'000 + random() % 10'000);
        if (ask({"CONFIG", "SET", "port", port}) == "OK")
            return port;
    }
    throw std::runtime_error("the engine finds no free port");
}

void engine_process::freeze() const
{
    ::kill(process_, SIGSTOP);
}

void engine_process::thaw() const
{
    ::kill(process_, SIGCONT);
}

std::string engine_process::ask(std::vector<std::string> const& words) const
{
    auto const made = connect(socket_);
    if (!made)
        throw std::runtime_error("the engine is not there");
    return test::ask(*made, words);
}

} // namespace tidings::test
