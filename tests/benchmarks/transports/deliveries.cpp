// SPDX-License-Identifier: BSL-1.0
#include "contender.hpp"
#include "measures.hpp"
#include "series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace tidings::benchmark {

namespace {

/// A ratio that is aimed at, by the names of two contenders.
struct aim
{
    std::string_view what, beside;
    double most_small, most_large; // 0: none
};

constexpr aim aims[] = {
    {"HTTP/1.1, TLS", "bare loop, HTTP/1.1, TLS", 1.00, 1.10},
    {"HTTP/2, 100 streams a connection", "HTTP/1.1", 0.12, 0},
    {"HTTP/2, 100 streams a connection, TLS", "HTTP/1.1", 0.15, 0},
    {"HTTP/2, 6 streams a connection, TLS", "HTTP/1.1", 0.45, 0},
    {"HTTP/2, 1 stream a connection, TLS", "HTTP/1.1, TLS", 1.35, 0},
    {"HTTP/1.1", "bare loop, HTTP/1.1", 0, 0},
};

struct figures
{
    series small, large; ///< CPU a delivery, in microseconds
    series p99;          ///< of the small event, in milliseconds
    series cpu_opened, opened_a_second;
    series heap; ///< of a stream that is idle
};

double deliver(server_process& server, audience& all, std::size_t size, std::vector<float>& delays)
{
    std::size_t const events = std::max<std::size_t>(100'000 / all.streams(), 10);
    auto const publish = [&] { server.publish(size); };
    all.learn(publish);
    double const before = server.cpu();
    for (std::size_t i = 0; i < events; ++i)
        all.receive(publish, delays);
    return (server.cpu() - before) / static_cast<double>(events * all.streams());
}

void measure(contender const& who, std::string const& certificates, std::size_t streams, figures& into)
{
    server_process server(who.program, who.how, certificates);
    audience all(server.port(), who.how, who.streams_a_connection);
    all.open(streams / 10); // what is allocated once is no part of a stream's
    wait_until_open(server, all);
    all.settle();
    auto const heap_before = static_cast<double>(server.ask("heap"));
    auto const streams_before = all.streams();

    double const cpu_before = server.cpu();
    auto const begin = std::chrono::steady_clock::now();
    all.open(streams - streams_before);
    wait_until_open(server, all);
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
    auto const opened = static_cast<double>(all.streams() - streams_before);
    into.cpu_opened.add((server.cpu() - cpu_before) / opened);
    into.opened_a_second.add(opened / took.count());
    all.settle();
    into.heap.add((static_cast<double>(server.ask("heap")) - heap_before) / opened);

    std::vector<float> delays, ignored;
    into.small.add(deliver(server, all, small_event, delays));
    into.p99.add(percentile(delays, 0.99) / 1000);
    into.large.add(deliver(server, all, large_event, ignored));
}

void print_deliveries(std::vector<contender> const& who, std::vector<figures> const& measured)
{
    fmt::print("\n| | CPU a delivery, 80 B, µs | CPU a delivery, 1 KiB, µs | p99, 80 B, ms | CPU a stream "
               "opened, µs | "
               "streams opened a second | heap a stream, B |\n|---|---:|---:|---:|---:|---:|---:|\n");
    for (std::size_t i = 0; i < who.size(); ++i) {
        auto const& row = measured[i];
        fmt::print("| {} | {} | {} | {} | {} | {} | {} |\n", who[i].name, row.small.text(2),
                   row.large.text(2), row.p99.text(1), row.cpu_opened.text(0), row.opened_a_second.text(0),
                   row.heap.text(0));
    }
    auto const of = [&](std::string_view name) -> figures const& {
        auto const at = std::ranges::find(who, name, &contender::name);
        return measured[static_cast<std::size_t>(at - who.begin())];
    };
    auto const verdict = [](series const& ratio, double most) {
        return most == 0 ? ratio.text(3)
                         : fmt::format("{}, aim {:.2f}{}", ratio.text(3), most,
                                       ratio.median() <= most ? "" : ": missed");
    };
    fmt::print("\n| ratio of the CPU a delivery | 80 B | 1 KiB |\n|---|---:|---:|\n");
    for (auto const& each : aims)
        fmt::print("| {} / {} | {} | {} |\n", each.what, each.beside,
                   verdict(of(each.what).small / of(each.beside).small, each.most_small),
                   verdict(of(each.what).large / of(each.beside).large, each.most_large));
}

} // namespace

void measure_deliveries(std::string const& certificates, std::size_t streams, int repeats)
{
    auto const who = contenders();
    std::vector<figures> measured(who.size());
    for (int repeat = 0; repeat < repeats; ++repeat)
        for (std::size_t i = 0; i < who.size(); ++i) {
            fmt::print(stderr, "repeat {} of {}: {}\n", repeat + 1, repeats, who[i].name);
            measure(who[i], certificates, streams, measured[i]);
        }
    fmt::print("\n{} streams, {} repeats\n", streams, repeats);
    print_deliveries(who, measured);
}

} // namespace tidings::benchmark
