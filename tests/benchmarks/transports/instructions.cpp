// SPDX-License-Identifier: BSL-1.0
#include "../load.hpp"
#include "contender.hpp"
#include "measures.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <vector>

namespace tidings::benchmark {

namespace {

std::uint64_t count(contender const& who, std::string const& certificates, std::size_t streams,
                    std::size_t size, std::size_t events)
{
    std::string const profile =
        fmt::format("callgrind.out.{}-{}-{}", word_of(who.how), who.streams_a_connection, size);
    server_process server(who.program, who.how, certificates, profile);
    {
        audience all(server.port(), who.how, who.streams_a_connection);
        all.open(streams);
        wait_until_open(server, all);
        all.settle();
        std::vector<float> ignored;
        auto const publish = [&] { server.publish(size); };
        all.learn(publish);
        for (std::size_t i = 0; i < events; ++i)
            all.receive(publish, ignored);
        server.end();
    }
    std::ifstream lines(profile);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("totals: "))
            return std::strtoull(line.c_str() + 8, nullptr, 10);
    fail("callgrind leaves no profile");
}

} // namespace

// What opening and closing takes is in both counts.
void count_instructions(std::string const& certificates, std::string_view part_of_name)
{
    constexpr std::size_t streams = 200, few = 10, many = 110;
    fmt::print("\n| user instructions a delivery | 80 B | 1 KiB |\n|---|---:|---:|\n");
    for (auto const& who : contenders()) {
        if (who.program.starts_with("go") || who.name.find(part_of_name) == std::string_view::npos)
            continue;
        fmt::print("| {} |", who.name);
        for (std::size_t const size : {small_event, large_event}) {
            auto const before = count(who, certificates, streams, size, few);
            auto const after = count(who, certificates, streams, size, many);
            fmt::print(" {:.0f} |",
                       static_cast<double>(after - before) / static_cast<double>(streams * (many - few)));
        }
        fmt::print("\n");
        std::fflush(stdout);
    }
}

} // namespace tidings::benchmark
