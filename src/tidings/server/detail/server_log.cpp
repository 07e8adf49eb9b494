// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/server_log.hpp>

#include <fmt/format.h>

namespace tidings::detail {

namespace {

std::string on_one_line(std::string_view text)
{
    std::string line;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '\n')
            line += "\\n";
        else if (byte < 0x20 || byte == 0x7f)
            line += fmt::format("\\x{:02x}", byte); // `format_to` would bring all of fmt into each program
        else
            line += c;
    }
    return line;
}

} // namespace

std::string describe(std::exception_ptr const& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& error) {
        return on_one_line(error.what());
    } catch (...) {
        return "an exception that is not a std::exception";
    }
}

log_rates::answer log_rates::ask(log_kind kind, time_point now) noexcept
{
    entry& of = entries_[static_cast<std::size_t>(kind)];
    if (of.written == 0 || now - of.begin >= period) {
        auto const left_out = std::exchange(of.left_out, 0);
        auto const over = left_out != 0 ? now - of.left_out_since : duration::zero();
        of.begin = now;
        of.written = 1;
        return {true, left_out, std::chrono::ceil<std::chrono::seconds>(over)};
    }
    if (of.written < lines_a_period) {
        ++of.written;
        return {true};
    }
    if (of.left_out++ == 0)
        of.left_out_since = now;
    return {false};
}

std::uint64_t log_rates::take_rest() noexcept
{
    std::uint64_t rest = 0;
    for (entry& each : entries_)
        rest += std::exchange(each.left_out, 0);
    return rest;
}

void server_log::operator()(log_level level, std::string_view message) const
{
    try {
        if (to_)
            to_(level, message);
    } catch (...) {
        log_to_stderr(level, message);
    }
}

void server_log::operator()(log_kind kind, log_level level, std::string_view message)
{
    std::unique_lock guard(lock_);
    auto const answer = rates_.ask(kind, clock::now());
    guard.unlock();
    if (!answer.is_written)
        return;
    if (answer.left_out == 0)
        return (*this)(level, message);
    (*this)(level, fmt::format("{} (and {} more like it in the last {} s)", message, answer.left_out,
                               answer.left_out_over.count()));
}

void server_log::failed(log_kind kind, std::string_view what)
{
    (*this)(kind, log_level::error, fmt::format("{} failed: {}", what, describe(std::current_exception())));
}

void server_log::tell_rest()
{
    std::unique_lock guard(lock_);
    auto const rest = rates_.take_rest();
    guard.unlock();
    if (rest != 0)
        (*this)(
            log_level::warning,
            fmt::format("at the end {} more lines were left out: there were too many of their kinds", rest));
}

} // namespace tidings::detail
