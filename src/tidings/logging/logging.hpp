// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/middleware/log_requests.hpp>
#include <tidings/stream/log.hpp>
#include <tidings/stream/stream_end.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace tidings {

/// Writes the lines of servers from a thread that it owns, so that a terminal, a pipe or a disk that blocks
/// never holds up a loop:
///
///     tidings::log_writer log({.as = tidings::log_writer::format::json});
///     tidings::server server({.port = 8080}, {.on_stream_end = log.requests(), .log = log.messages()});
///
/// As text a line begins with the time in UTC and the level; as JSON it is an object. Neither has the query
/// of a request, which may hold secrets. What cannot be written is counted, and reported behind the next
/// line that can.
///
/// All members are safe from any thread, and so are the functions that they return, which may outlive it:
/// what they are given then is dropped.
class log_writer
{
public:
    enum class format : std::uint8_t
    {
        text,
        json, ///< an object in each line
    };

    struct options
    {
        format as = format::text;
        /// Gets each line, one at a time, on the thread of the writer. It may block. If it throws, the line
        /// counts as left out. Empty: standard error.
        line_sink sink{};
        /// Of lines that wait for the sink; further ones are left out.
        std::size_t queue_bytes = 1024 * 1024;
        /// Lines for requests, so that a flood of requests does not fill a disk; further ones in the same
        /// second are left out. Messages have a limit already, see `log_hook`.
        std::size_t requests_per_second = 1'000;
    };

    explicit log_writer(options chosen);
    log_writer(); ///< with the default options
    /// Writes what waits. Standard error gets a second for that; a sink must return.
    ~log_writer();
    log_writer(log_writer const&) = delete;
    log_writer& operator=(log_writer const&) = delete;

    /// For `server_options::log` and `topic_registry_options::log`. All levels are written.
    log_hook messages() const;
    /// For `server_options::on_stream_end`: a line for each request.
    std::function<void(stream_end const&)> requests() const;
    /// For lines that the program has made, which are written as they are.
    line_sink lines() const;

    /// Lines that were not written, since the start.
    std::uint64_t left_out() const;

private:
    class state;
    std::shared_ptr<state> state_;
    std::thread writer_;
};

/// A span in a trace: W3C Trace Context, level 1, section 3.2. Take the caller's from a request, and send a
/// child of it on, to whatever is called or published while the request is answered:
///
///     auto const caller = tidings::trace_parent::parse(asked.header("traceparent"));
///     auto const span = caller ? caller->child() : tidings::trace_parent::start();
///     upstream.set("traceparent", span.header());
class trace_parent
{
public:
    /// Empty if the header is missing or malformed, which begins a new trace.
    [[nodiscard]] static std::optional<trace_parent> parse(std::string_view header) noexcept;
    /// A new trace with random ids, sampled.
    [[nodiscard]] static trace_parent start();

    /// Another span of the same trace, with a random id.
    [[nodiscard]] trace_parent child() const;

    /// The value of the header. Like the other views, it points into this object.
    [[nodiscard]] std::string_view header() const noexcept { return {text_.data(), text_.size()}; }
    [[nodiscard]] std::string_view trace_id() const noexcept { return header().substr(3, 32); }
    [[nodiscard]] std::string_view span_id() const noexcept { return header().substr(36, 16); }
    /// Whether the caller records its spans.
    [[nodiscard]] bool is_sampled() const noexcept;

private:
    explicit trace_parent(std::string_view header) noexcept;

    std::array<char, 55> text_;
};

} // namespace tidings
