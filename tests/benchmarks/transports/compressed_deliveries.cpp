// SPDX-License-Identifier: BSL-1.0
#include "contender.hpp"
#include "measures.hpp"
#include "series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace tidings::benchmark {

namespace {

constexpr std::array<std::size_t, 4> event_sizes{120, 500, 2'000, 8'000};

// The first one is a coding that nobody has, so the stream gets events as they are.
constexpr std::array<std::string_view, 3> codings{"identity", "gzip", "zstd"};

struct measured_size
{
    series cpu, bytes; ///< a delivery
};
using measured_coding = std::array<measured_size, event_sizes.size()>;

void measure(std::string_view coding, std::string const& certificates, std::size_t streams,
             measured_coding& into)
{
    server_process server("tidings_transports", {}, certificates);
    audience all(server.port(), {}, 1, coding);
    all.open(streams);
    wait_until_open(server, all);
    all.settle();
    std::size_t const events = std::max<std::size_t>(100'000 / all.streams(), 10);
    std::vector<float> delays;
    for (std::size_t i = 0; i < event_sizes.size(); ++i) {
        auto const publish = [&, size = event_sizes[i]] { server.publish_json(size); };
        all.learn(publish);
        double const before = server.cpu();
        for (std::size_t event = 0; event < events; ++event)
            all.receive(publish, delays);
        into[i].cpu.add((server.cpu() - before) / static_cast<double>(events * all.streams()));
        into[i].bytes.add(static_cast<double>(all.event_bytes()));
    }
}

} // namespace

void measure_compression(std::string const& certificates, std::size_t streams, int repeats)
{
    std::array<measured_coding, codings.size()> measured;
    for (int repeat = 0; repeat < repeats; ++repeat)
        for (std::size_t i = 0; i < codings.size(); ++i) {
            fmt::print(stderr, "repeat {} of {}: {}\n", repeat + 1, repeats, codings[i]);
            measure(codings[i], certificates, streams, measured[i]);
        }
    fmt::print("\n{} streams, {} repeats\n\n| an event of | coding | bytes | CPU a delivery, µs | beside the "
               "event as it is |\n|---:|---|---:|---:|---:|\n",
               streams, repeats);
    for (std::size_t size = 0; size < event_sizes.size(); ++size)
        for (std::size_t i = 0; i < codings.size(); ++i) {
            auto const& each = measured[i][size];
            fmt::print("| {} B | {} | {:.0f} | {} | {} |\n", event_sizes[size], codings[i],
                       each.bytes.median(), each.cpu.text(2), (each.cpu / measured[0][size].cpu).text(3));
        }
}

} // namespace tidings::benchmark
