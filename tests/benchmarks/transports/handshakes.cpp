// SPDX-License-Identifier: BSL-1.0
#include "handshaking.hpp"
#include "measures.hpp"
#include "series.hpp"
#include "server_process.hpp"

#include <fmt/format.h>

namespace tidings::benchmark {

namespace {

constexpr speech http1_tls{.is_tls = true};

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

} // namespace

void measure_handshakes(std::string const& certificates, int repeats)
{
    series bare[2], ours[2], held_up;
    for (int repeat = 0; repeat < repeats; ++repeat) {
        for (bool const resumes : {false, true}) {
            bare[resumes].add(shake_hands("bare_transports", certificates, resumes));
            ours[resumes].add(shake_hands("tidings_transports", certificates, resumes));
        }
        server_process server("tidings_transports", http1_tls, certificates);
        handshaking storm(server.port(), false);
        (void)server.ask("held_up"); // it begins
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

} // namespace tidings::benchmark
