// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/response_framing.hpp>

#include <boost/beast/http/status.hpp>

#include <fmt/compile.h>
#include <fmt/format.h>

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

void add(std::string& head, std::string_view name, std::string_view value)
{
    head.append(name).append(": ").append(value).append("\r\n");
}

void add(std::string& head, headers const& fields)
{
    for (auto const& [name, value] : fields)
        add(head, name, value);
}

// The status line names the version that the server speaks, whatever the client's (RFC 9110, 2.5).
std::string begin_head(int status, headers const& fields, std::string_view date)
{
    std::string head;
    head.reserve(384);
    fmt::format_to(std::back_inserter(head), FMT_COMPILE("HTTP/1.1 {} {}\r\n"), status, status_text(status));
    if (!date.empty() && !fields.contains("Date"))
        add(head, "Date", date);
    return head;
}

} // namespace

std::string plain_head(int status, headers const& fields, std::uint64_t body_size, head_params const& params)
{
    auto head = begin_head(status, fields, params.date);
    add(head, fields);
    if (status_allows_body(status))
        add(head, "Content-Length", fmt::format_int(body_size).str());
    if (!params.keep_alive)
        add(head, "Connection", "close");
    else if (params.http_minor == 0)
        add(head, "Connection", "keep-alive");
    head += "\r\n";
    return head;
}

std::string stream_head(int status, headers const& fields, head_params const& params)
{
    auto head = begin_head(status, fields, params.date);
    for (auto const& [name, value] : stream_defaults)
        if (!fields.contains(name))
            add(head, name, value);
    add(head, fields);
    bool const chunked = params.http_minor >= 1;
    if (chunked)
        add(head, "Transfer-Encoding", "chunked");
    add(head, "Connection", chunked && params.keep_alive ? "keep-alive" : "close");
    head += "\r\n";
    return head;
}

} // namespace tidings::internal
