// SPDX-License-Identifier: BSL-1.0
// A user's program whose server logs as JSON.
#include <tidings/logging/logging.hpp>
#include <tidings/server/server.hpp>

int main()
{
    tidings::log_writer const log({.as = tidings::log_writer::format::json});
    tidings::server const server({.listen = {}, .on_stream_end = log.requests(), .log = log.messages()});
    return tidings::trace_parent::start().is_sampled() ? 0 : 1;
}
