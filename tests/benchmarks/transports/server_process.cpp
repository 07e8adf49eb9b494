// SPDX-License-Identifier: BSL-1.0
#include "server_process.hpp"

#include "../load.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sched.h>
#include <thread>
#include <utility>

namespace tidings::benchmark {

namespace {

void stay_on(unsigned processor)
{
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(processor, &only);
    sched_setaffinity(0, sizeof only, &only);
}

} // namespace

void stay_on_last_processor()
{
    stay_on(std::thread::hardware_concurrency() - 1);
}

std::string beside_this_program(std::string_view name)
{
    return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

server_process::server_process(std::string const& program, speech how, std::string const& certificate_folder,
                               std::string const& with_valgrind)
{
    std::vector<std::string> words{beside_this_program(program), std::string(word_of(how)),
                                   certificate_folder + "/chain.pem", certificate_folder + "/key.pem"};
    if (!with_valgrind.empty())
        words.insert(words.begin(),
                     {"valgrind", "--quiet", "--tool=callgrind", "--callgrind-out-file=" + with_valgrind});
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0 || (id_ = fork()) < 0)
        fail("cannot start a server");
    if (id_ == 0) {
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        for (int const each : {to[0], to[1], from[0], from[1]})
            close(each);
        become(words);
    }
    close(to[0]);
    close(from[1]);
    input_ = to[1];
    output_ = fdopen(from[0], "r");
    port_ = static_cast<std::uint16_t>(listen());
}

server_process::~server_process()
{
    end();
    std::fclose(output_);
}

void server_process::become(std::vector<std::string> const& words)
{
    std::vector<char*> arguments;
    for (auto const& each : words)
        arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    stay_on(0);
    execvp(arguments.front(), arguments.data());
    fail("cannot run a server, or valgrind");
}

double server_process::cpu() const
{
    return cpu_seconds(id_) * 1e6;
}

void server_process::say(std::string const& line)
{
    std::string const whole = line + '\n';
    if (write(input_, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size()))
        fail("a server does not listen to its standard input");
}

std::uint64_t server_process::ask(std::string const& line)
{
    say(line);
    return listen();
}

void server_process::publish(std::size_t size)
{
    say(fmt::format("publish {}", size));
}

void server_process::publish_json(std::size_t size)
{
    say(fmt::format("publish_json {}", size));
}

std::uint64_t server_process::listen()
{
    unsigned long long number = 0;
    if (std::fscanf(output_, "%llu", &number) != 1)
        fail("a server has ended, or does not start");
    return number;
}

void server_process::end()
{
    if (input_ < 0)
        return;
    close(std::exchange(input_, -1));
    waitpid(id_, nullptr, 0);
}

} // namespace tidings::benchmark
