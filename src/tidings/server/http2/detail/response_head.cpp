// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/response_framing.hpp>
#include <tidings/server/http2/detail/response_head.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tidings::detail {

namespace {

// What belongs to a connection, and not to an answer (RFC 9113, 8.2.2).
constexpr std::array<std::string_view, 5> of_connections{"connection", "keep-alive", "proxy-connection",
                                                         "transfer-encoding", "upgrade"};

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void add(response_lines& head, std::string_view name, std::string_view value)
{
    std::string text(name);
    std::ranges::transform(text, text.begin(), lower);
    if (std::ranges::find(of_connections, text) == of_connections.end())
        head.emplace_back(std::move(text), value);
}

response_lines begin_lines(int status, headers const& fields, std::string_view date)
{
    response_lines head{{":status", fmt::format_int(status).str()}};
    if (!date.empty() && !fields.contains("Date"))
        add(head, "date", date);
    for (auto const& [name, value] : fields)
        add(head, name, value);
    return head;
}

} // namespace

response_lines stream_lines(int status, headers const& fields, std::string_view date)
{
    auto head = begin_lines(status, fields, date);
    for (auto const& [name, value] : internal::stream_defaults)
        if (!fields.contains(name))
            add(head, name, value);
    return head;
}

response_lines plain_lines(int status, headers const& fields, std::uint64_t body_size, std::string_view date)
{
    auto head = begin_lines(status, fields, date);
    if (internal::status_allows_body(status))
        add(head, "content-length", fmt::format_int(body_size).str());
    return head;
}

} // namespace tidings::detail
