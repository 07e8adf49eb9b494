// SPDX-License-Identifier: BSL-1.0
// HTTP/1.1 and HTTP/2, plain and over TLS, side by side in one run:
//     benchmark_transports deliveries [STREAMS [REPEATS]]   1,000 and 5 unless said
//     benchmark_transports handshakes [REPEATS]
//     benchmark_transports instructions                     by valgrind; profiles are left in the working
//     directory
// The servers run on the first processor, in turn, and this program on the last. Prints tables: medians, and
// in brackets the whole range of the repeats; ratios are taken inside each repeat.
#include "../load.hpp"
#include "audience.hpp"
#include "handshaking.hpp"
#include "series.hpp"
#include "server_process.hpp"
#include "tls_credentials.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace tidings::benchmark;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t small_event = 80, large_event = 1024;

constexpr speech http1{}, http1_tls{.is_tls = true}, http2{.is_http2 = true},
    http2_tls{.is_http2 = true, .is_tls = true};

/// A server, and how it is spoken to.
struct contender
{
    std::string_view name;
    std::string program;
    speech how;
    std::size_t streams_a_connection = 1;
};

std::vector<contender> contenders()
{
    std::string const bare = "bare_transports", ours = "tidings_transports", go = "go_transports";
    std::vector<contender> all{
        {"bare loop, HTTP/1.1", bare, http1},
        {"bare loop, HTTP/1.1, TLS", bare, http1_tls},
        {"HTTP/1.1", ours, http1},
        {"HTTP/1.1, TLS", ours, http1_tls},
        {"HTTP/2, 1 stream a connection", ours, http2, 1},
        {"HTTP/2, 1 stream a connection, TLS", ours, http2_tls, 1},
        {"HTTP/2, 6 streams a connection", ours, http2, 6},
        {"HTTP/2, 6 streams a connection, TLS", ours, http2_tls, 6},
        {"HTTP/2, 100 streams a connection", ours, http2, 100},
        {"HTTP/2, 100 streams a connection, TLS", ours, http2_tls, 100},
        {"Go, HTTP/1.1", go, http1},
        {"Go, HTTP/1.1, TLS", go, http1_tls},
        {"Go, HTTP/2, 6 streams a connection, TLS", go, http2_tls, 6},
        {"Go, HTTP/2, 100 streams a connection, TLS", go, http2_tls, 100},
    };
    if (!std::filesystem::exists(beside_this_program(go))) {
        fmt::print("no rows of Go's: go was not found when this was built\n");
        std::erase_if(all, [&](contender const& each) { return each.program == go; });
    }
    return all;
}

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

void wait_until_open(server_process& server, audience const& all)
{
    while (server.ask("streams") < all.streams())
        std::this_thread::sleep_for(100us);
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

void deliveries(std::string const& certificates, std::size_t streams, int repeats)
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

// Handshakes

double shake_hands(std::string const& program, std::string const& certificates, bool resumes)
{
    constexpr std::size_t count = 1000, at_once = 16;
    server_process server(program, http1_tls, certificates);
    handshaking clients(server.port(), resumes);
    clients.make(100, at_once);
    double const before = server.cpu();
    clients.make(count, at_once);
    return (server.cpu() - before) / count;
}

void handshakes(std::string const& certificates, int repeats)
{
    series bare[2], ours[2], held_up;
    for (int repeat = 0; repeat < repeats; ++repeat) {
        for (bool const resumes : {false, true}) {
            bare[resumes].add(shake_hands("bare_transports", certificates, resumes));
            ours[resumes].add(shake_hands("tidings_transports", certificates, resumes));
        }
        server_process server("tidings_transports", http1_tls, certificates);
        handshaking storm(server.port(), false);
        (void)server.ask("held_up");
        (void)server.ask("held_up");
        storm.make(500, 500);
        held_up.add(static_cast<double>(server.ask("held_up")) / 1000);
    }
    fmt::print("\n| CPU a handshake, µs | bare loop | tidings | ratio, aim 1.10 |\n|---|---:|---:|---:|\n");
    for (bool const resumes : {false, true})
        fmt::print("| {} | {} | {} | {} |\n", resumes ? "resumed" : "full", bare[resumes].text(0),
                   ours[resumes].text(0), (ours[resumes] / bare[resumes]).text(3));
    fmt::print(
        "\n500 clients that shake hands hold a publish up for {} ms of processor time at most; aim 5\n",
        held_up.text(2));
}

// Instructions

std::uint64_t count_instructions(contender const& who, std::string const& certificates, std::size_t streams,
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

// What opening and closing takes is in both counts.
void instructions(std::string const& certificates, std::string_view part_of_name)
{
    constexpr std::size_t streams = 200, few = 10, many = 110;
    fmt::print("\n| user instructions a delivery | 80 B | 1 KiB |\n|---|---:|---:|\n");
    for (auto const& who : contenders()) {
        if (who.program.starts_with("go") || who.name.find(part_of_name) == std::string_view::npos)
            continue;
        fmt::print("| {} |", who.name);
        for (std::size_t const size : {small_event, large_event}) {
            auto const before = count_instructions(who, certificates, streams, size, few);
            auto const after = count_instructions(who, certificates, streams, size, many);
            fmt::print(" {:.0f} |",
                       static_cast<double>(after - before) / static_cast<double>(streams * (many - few)));
        }
        fmt::print("\n");
        std::fflush(stdout);
    }
}

/// A certificate for one run, in a folder of its own.
class certificate_folder
{
public:
    certificate_folder()
    {
        if (!mkdtemp(path_.data()))
            fail("cannot make a folder for a certificate");
        auto const made = tidings::test::make_certificate({.dns = {"localhost"}});
        std::ofstream(path_ + "/chain.pem") << made.chain;
        std::ofstream(path_ + "/key.pem") << made.key;
    }
    ~certificate_folder() { std::filesystem::remove_all(path_); }

    std::string const& path() const { return path_; }

private:
    std::string path_ = (std::filesystem::temp_directory_path() / "tidings-XXXXXX").string();
};

} // namespace

int main(int argc, char** argv)
{
    std::string_view const what = argc > 1 ? argv[1] : "";
    auto const number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
    stay_on_last_processor();
    certificate_folder const certificates;
    if (what == "deliveries")
        deliveries(certificates.path(), static_cast<std::size_t>(number(2, 1000)), number(3, 5));
    else if (what == "handshakes")
        handshakes(certificates.path(), number(2, 5));
    else if (what == "instructions")
        instructions(certificates.path(), argc > 2 ? argv[2] : "");
    else
        return fmt::print(
                   stderr,
                   "usage: benchmark_transports deliveries [STREAMS [REPEATS]] | handshakes [REPEATS] | "
                   "instructions [PART_OF_A_NAME]\n"),
               2;
}
