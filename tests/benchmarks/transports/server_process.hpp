// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "speech.hpp"

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::benchmark {

/// One of the servers beside this program, on the first processor, and the pipes to its standard input and
/// output. Ends with this.
class server_process
{
public:
    /// `with_valgrind`: it is run by callgrind, slowly, which leaves its profile in that file.
    server_process(std::string const& program, speech how, std::string const& certificate_folder,
                   std::string const& with_valgrind = {});
    ~server_process();
    server_process(server_process const&) = delete;
    server_process& operator=(server_process const&) = delete;

    std::uint16_t port() const { return port_; }
    /// The processor time that it has used, in microseconds.
    double cpu() const;

    void say(std::string const& line);
    std::uint64_t ask(std::string const& line);
    void publish(std::size_t size);
    /// To those of /compressed.
    void publish_json(std::size_t size);

    /// Ends it, and waits for that.
    void end();

private:
    [[noreturn]] static void become(std::vector<std::string> const& words);
    std::uint64_t listen();

    pid_t id_ = 0;
    int input_ = -1;
    std::FILE* output_ = nullptr;
    std::uint16_t port_ = 0;
};

/// Keeps the calling process on the last processor.
void stay_on_last_processor();

/// "/a/b/name" for a program in the folder of this one.
std::string beside_this_program(std::string_view name);

} // namespace tidings::benchmark
