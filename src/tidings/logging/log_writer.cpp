// SPDX-License-Identifier: BSL-1.0
#include <tidings/logging/detail/line_queue.hpp>
#include <tidings/logging/detail/log_line.hpp>
#include <tidings/logging/detail/stderr_writer.hpp>
#include <tidings/logging/logging.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace tidings {

using std::chrono::system_clock;

/// What the functions share with the writer.
class log_writer::state
{
public:
    explicit state(options chosen) : options_(std::move(chosen)), waiting_(options_.queue_bytes)
    {
        if (!options_.sink)
            standard_error_.emplace(STDERR_FILENO);
    }

    void add_message(log_level level, std::string_view message) noexcept
    try {
        bool const is_json = options_.as == format::json;
        auto const now = system_clock::now();
        waiting_.push(is_json ? detail::message_as_json(now, level, message)
                              : detail::message_as_text(now, level, message));
    } catch (...) {
        waiting_.leave_out();
    }

    void add_request(stream_end const& over) noexcept
    try {
        auto const now = system_clock::now();
        if (!is_within_rate(now))
            return waiting_.leave_out();
        if (options_.as == format::json)
            return waiting_.push(detail::request_as_json(now, over));
        log_requests([&](std::string_view line) { waiting_.push(detail::request_as_text(now, line)); })(over);
    } catch (...) {
        waiting_.leave_out();
    }

    void add_line(std::string_view line) noexcept
    try {
        waiting_.push(std::string(line));
    } catch (...) {
        waiting_.leave_out();
    }

    /// Writes until the end.
    void write_all() noexcept
    {
        for (;;) {
            auto const batch = waiting_.take();
            for (std::string const& line : batch.lines)
                write(line);
            if (batch.left_out != 0)
                report(batch.left_out);
            if (batch.is_last)
                return;
        }
    }

    detail::line_queue& lines() noexcept { return waiting_; }
    void hurry() noexcept
    {
        if (standard_error_)
            standard_error_->hurry();
    }

private:
    bool is_within_rate(system_clock::time_point now)
    {
        std::lock_guard const guard(rate_lock_);
        auto const second = std::chrono::floor<std::chrono::seconds>(now);
        if (second != this_second_) {
            this_second_ = second;
            requests_in_it_ = 0;
        }
        return ++requests_in_it_ <= options_.requests_per_second;
    }

    void write(std::string_view line) noexcept
    try {
        if (options_.sink)
            options_.sink(line);
        else if (!standard_error_->write(std::string(line) + '\n'))
            waiting_.leave_out();
    } catch (...) {
        waiting_.leave_out();
    }

    void report(std::uint64_t left_out) noexcept
    try {
        auto const text = fmt::format("{} lines were left out of the log: there were too many, or they "
                                      "could not be written fast enough",
                                      left_out);
        auto const now = system_clock::now();
        write(options_.as == format::json ? detail::message_as_json(now, log_level::warning, text)
                                          : detail::message_as_text(now, log_level::warning, text));
    } catch (...) { // NOLINT(bugprone-empty-catch): without memory for this line, `left_out` still counts
    }

    options const options_;
    detail::line_queue waiting_;
    std::optional<detail::stderr_writer> standard_error_{}; // unless there is a sink
    std::mutex rate_lock_;
    system_clock::time_point this_second_{};
    std::size_t requests_in_it_ = 0;
};

log_writer::log_writer(options chosen)
    : state_(std::make_shared<state>(std::move(chosen))), writer_([state = state_] { state->write_all(); })
{}

log_writer::log_writer() : log_writer(options()) {}

log_writer::~log_writer()
{
    state_->lines().end();
    state_->hurry();
    writer_.join();
}

log_hook log_writer::messages() const
{
    return
        [state = state_](log_level level, std::string_view message) { state->add_message(level, message); };
}

std::function<void(stream_end const&)> log_writer::requests() const
{
    return [state = state_](stream_end const& over) { state->add_request(over); };
}

line_sink log_writer::lines() const
{
    return [state = state_](std::string_view line) { state->add_line(line); };
}

std::uint64_t log_writer::left_out() const
{
    return state_->lines().left_out();
}

} // namespace tidings
