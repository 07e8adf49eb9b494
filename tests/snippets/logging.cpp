// SPDX-License-Identifier: BSL-1.0
// What the page about logs and traces shows. Compiled, not run.
// [json]
#include <tidings/logging/logging.hpp>
#include <tidings/server/server.hpp>

void serve_with_json()
{
    tidings::log_writer const log({.as = tidings::log_writer::format::json});
    tidings::server server({.port = 8080}, {.on_stream_end = log.requests(), .log = log.messages()});
    server.run();
}
// [/json]

// [sink]
#include <fstream>

void serve_with_a_file()
{
    std::ofstream file("requests.log", std::ios::app);
    tidings::log_writer const requests(
        {.sink = [&file](std::string_view line) { file << line << std::endl; }, .requests_per_second = 200});
    tidings::server server({.port = 8080}, {.on_stream_end = requests.requests()});
    server.run();
}
// [/sink]

// [trace]
/// What to send upstream with a request, as the header `traceparent`.
tidings::trace_parent span_of(tidings::request const& asked)
{
    auto const caller = tidings::trace_parent::parse(asked.header("traceparent"));
    return caller ? caller->child() : tidings::trace_parent::start();
}
// [/trace]
