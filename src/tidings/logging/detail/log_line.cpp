// SPDX-License-Identifier: BSL-1.0
#include <tidings/logging/detail/log_line.hpp>
#include <tidings/sse/utf8.hpp>
#include <tidings/stream/internal/end_names.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace tidings::detail {

namespace {

/// In UTC, as RFC 3339 has it, with milliseconds.
std::string time_text(wall_time now)
{
    auto const seconds = std::chrono::floor<std::chrono::seconds>(now);
    auto const rest = std::chrono::duration_cast<std::chrono::milliseconds>(now - seconds);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), rest.count());
}

std::string_view name(log_level level)
{
    switch (level) {
    case log_level::debug:
        return "debug";
    case log_level::info:
        return "info";
    case log_level::warning:
        return "warning";
    case log_level::error:
        break;
    }
    return "error";
}

/// An object that is being written (RFC 8259).
class json_object
{
public:
    void add(std::string_view member, std::string_view text)
    {
        begin(member);
        text_ += '"';
        for (char const c : replace_invalid_utf8(std::string(text)))
            append(c);
        text_ += '"';
    }
    void add_if_any(std::string_view member, std::string_view text)
    {
        if (!text.empty())
            add(member, text);
    }
    void add(std::string_view member, std::uint64_t number)
    {
        begin(member);
        text_ += fmt::to_string(number);
    }
    void add(std::string_view member, duration seconds)
    {
        begin(member);
        text_ += fmt::format("{:.6f}", std::chrono::duration<double>(seconds).count());
    }
    void add(std::string_view member, bool value)
    {
        begin(member);
        text_ += value ? "true" : "false";
    }
    std::string end() && { return std::move(text_ += '}'); }

private:
    void begin(std::string_view member)
    {
        text_ += text_.size() == 1 ? "\"" : ",\"";
        text_ += member;
        text_ += "\":";
    }
    void append(char c)
    {
        if (static_cast<unsigned char>(c) < 0x20)
            text_ += fmt::format("\\u{:04x}", c);
        else if (c == '"' || c == '\\')
            (text_ += '\\') += c;
        else
            text_ += c;
    }

    std::string text_ = "{";
};

} // namespace

std::string message_as_text(wall_time now, log_level level, std::string_view message)
{
    return fmt::format("{} {} {}", time_text(now), name(level), message);
}

std::string message_as_json(wall_time now, log_level level, std::string_view message)
{
    json_object line;
    line.add("time", time_text(now));
    line.add("level", name(level));
    line.add("message", message);
    return std::move(line).end();
}

std::string request_as_text(wall_time now, std::string_view line)
{
    return fmt::format("{} request {}", time_text(now), line);
}

std::string request_as_json(wall_time now, stream_end const& over)
{
    json_object line;
    line.add("time", time_text(now));
    line.add("level", std::string_view("info"));
    line.add("method", over.method);
    line.add("path", over.path);
    line.add_if_any("route", over.route);
    line.add_if_any("protocol", over.protocol);
    line.add_if_any("address", over.address);
    line.add_if_any("principal", over.principal);
    line.add_if_any("trace", over.trace);
    if (over.status != 0)
        line.add("status", static_cast<std::uint64_t>(over.status));
    line.add("stream", over.is_stream);
    line.add("reason", internal::name(over.reason));
    if (over.cut)
        line.add("cut", internal::name(*over.cut));
    line.add("seconds", over.lasted);
    if (over.first_event)
        line.add("first_event_seconds", *over.first_event);
    line.add("events", over.events);
    line.add("replayed", over.replayed);
    line.add("bytes", over.bytes);
    return std::move(line).end();
}

} // namespace tidings::detail
