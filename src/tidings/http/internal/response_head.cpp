// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/response_head.hpp>

#include <boost/beast/http/status.hpp>

#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <iterator>

namespace tidings::internal {
namespace {

/// "Not Found" for 404; "Unknown" for a code that nobody has named.
std::string_view status_text(int status)
{
    auto const known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
    if (known == boost::beast::http::status::unknown)
        return "Unknown";
    return boost::beast::http::obsolete_reason(known);
}

class head_writer
{
public:
    // The status line names the version that the server speaks, whatever the client's (RFC 9110, 2.5).
    head_writer(int status, headers const& fields, std::string_view date)
    {
        text_.reserve(usual_size);
        fmt::format_to(std::back_inserter(text_), FMT_COMPILE("HTTP/1.1 {} {}\r\n"), status,
                       status_text(status));
        if (!date.empty() && !fields.contains("Date"))
            add("Date", date);
    }

    void add(std::string_view name, std::string_view value)
    {
        text_.append(name).append(": ").append(value).append("\r\n");
    }

    void add(headers const& fields)
    {
        for (auto const& [name, value] : fields)
            add(name, value);
    }

    std::string finish() &&
    {
        text_ += "\r\n";
        return std::move(text_);
    }

private:
    static constexpr std::size_t usual_size = 384;
    std::string text_;
};

} // namespace

std::string plain_head(int status, headers const& fields, std::uint64_t body_size, head_params const& params)
{
    head_writer head(status, fields, params.date);
    head.add(fields);
    if (status_allows_body(status))
        head.add("Content-Length", fmt::format_int(body_size).str());
    if (!params.keep_alive)
        head.add("Connection", "close");
    else if (params.http_minor == 0)
        head.add("Connection", "keep-alive");
    return std::move(head).finish();
}

std::string stream_head(int status, headers const& fields, head_params const& params)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> defaults{
        {{"Content-Type", "text/event-stream"},
         {"Cache-Control", "no-cache, no-store, no-transform"},
         {"X-Accel-Buffering", "no"},
         {"Incremental", "?1"}}};

    head_writer head(status, fields, params.date);
    for (auto const& [name, value] : defaults)
        if (!fields.contains(name))
            head.add(name, value);
    head.add(fields);
    bool const chunked = params.http_minor >= 1;
    if (chunked)
        head.add("Transfer-Encoding", "chunked");
    head.add("Connection", chunked && params.keep_alive ? "keep-alive" : "close");
    return std::move(head).finish();
}

std::string http_date(std::chrono::sys_seconds time)
{
    constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date(day);
    std::chrono::hh_mm_ss const clock(time - day);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       weekdays.at(std::chrono::weekday(day).c_encoding()), unsigned(date.day()),
                       months.at(unsigned(date.month()) - 1), int(date.year()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

} // namespace tidings::internal
