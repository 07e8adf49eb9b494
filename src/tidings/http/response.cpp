// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/internal/response_framing.hpp>
#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>

#include <boost/url/parse.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tidings {

namespace {

/// By the extension, for files that are served; "application/octet-stream" for others.
std::string_view content_type_of(std::filesystem::path const& file)
{
    static constexpr std::pair<std::string_view, std::string_view> known_types[] = {
        {".html", "text/html; charset=utf-8"},
        {".htm", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".txt", "text/plain; charset=utf-8"},
        {".md", "text/markdown; charset=utf-8"},
        {".csv", "text/csv; charset=utf-8"},
        {".xml", "application/xml"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".wasm", "application/wasm"},
        {".pdf", "application/pdf"},
        {".zip", "application/zip"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".gif", "image/gif"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff", "font/woff"},
        {".woff2", "font/woff2"},
        {".mp3", "audio/mpeg"},
        {".mp4", "video/mp4"},
        {".webm", "video/webm"},
    };
    auto const extension = file.extension().string();
    for (auto const& [known, type] : known_types)
        if (detail::equals_ignoring_case(extension, known))
            return type;
    return "application/octet-stream";
}

// As an EventSource asks.
bool accepts_events_alone(request const& asked) noexcept
{
    if (asked.method() != "GET")
        return false;
    bool accepts_events = false;
    for (std::size_t i = 0; i != asked.header_count(); ++i) {
        auto [name, list] = asked.header_at(i);
        if (!detail::equals_ignoring_case(name, "Accept"))
            continue;
        while (!list.empty()) {
            std::string_view item = detail::take_list_item(list);
            if (item.empty())
                continue;
            item = item.substr(0, item.find_first_of("; \t"));
            if (!detail::equals_ignoring_case(item, "text/event-stream"))
                return false;
            accepts_events = true;
        }
    }
    return accepts_events;
}

} // namespace

response::response(int status) : status_(status)
{
    if (status < 200 || status > 599)
        throw std::invalid_argument(fmt::format("{} is no status of a response; use 200 to 599", status));
}

response response::text(std::string text, int status)
{
    return bytes(std::move(text), "text/plain; charset=utf-8", status);
}

response response::json(std::string text, int status)
{
    return bytes(std::move(text), "application/json", status);
}

response response::bytes(std::string bytes, std::string content_type, int status)
{
    response result(status);
    if (!internal::status_allows_body(status) && !bytes.empty())
        throw std::invalid_argument(fmt::format("a response with status {} cannot have a body", status));
    result.headers_.set("Content-Type", std::move(content_type));
    result.body_ = std::move(bytes);
    return result;
}

response response::redirect(std::string location, int status)
{
    if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308)
        throw std::invalid_argument(
            fmt::format("{} is no status of a redirect; use 301, 302, 303, 307 or 308", status));
    if (location.empty() || !boost::urls::parse_uri_reference(location))
        throw std::invalid_argument(
            "the location of a redirect is empty, or no URL or path; percent-encode what needs it");
    return response(status).with_header("Location", std::move(location));
}

response response::file(std::filesystem::path path, std::string content_type)
{
    if (content_type.empty())
        content_type = content_type_of(path);
    auto result = bytes({}, std::move(content_type));
    result.file_ = std::move(path);
    return result;
}

response response::file_below(std::filesystem::path folder, std::filesystem::path path,
                              std::string content_type)
{
    auto result = file(std::move(path), std::move(content_type));
    result.folder_ = folder.empty() ? "." : std::move(folder);
    return result;
}

response& response::with_header(std::string name, std::string value) &
{
    headers_.set(std::move(name), std::move(value));
    return *this;
}

response response::with_header(std::string name, std::string value) &&
{
    return std::move(with_header(std::move(name), std::move(value)));
}

response& response::with_added_header(std::string name, std::string value) &
{
    headers_.add(std::move(name), std::move(value));
    return *this;
}

response response::with_added_header(std::string name, std::string value) &&
{
    return std::move(with_added_header(std::move(name), std::move(value)));
}

response& response::with_cookie(std::string_view name, std::string_view value, cookie_options const& how) &
{
    headers_.add("Set-Cookie", detail::set_cookie(name, value, how));
    return *this;
}

response response::with_cookie(std::string_view name, std::string_view value, cookie_options const& how) &&
{
    return std::move(with_cookie(name, value, how));
}

void response::complete_with(headers const& others)
{
    headers const own = headers_;
    for (auto const& [name, value] : others)
        if (!own.contains(name) || detail::equals_ignoring_case(name, "Vary") ||
            detail::equals_ignoring_case(name, "Set-Cookie"))
            headers_.add(name, value);
}

response refused_for_now(request const& asked, int status, std::chrono::milliseconds pause,
                         std::string_view why)
{
    pause = std::max(pause, std::chrono::milliseconds(0));
    std::string reason(why);
    std::ranges::replace_if(reason, [](char c) { return c == '\r' || c == '\n'; }, ' ');
    if (accepts_events_alone(asked))
        return response::bytes(fmt::format("retry: {}\n: {}\n\n", pause.count(), reason), "text/event-stream")
            .with_header("Cache-Control", "no-store");
    auto const seconds = std::chrono::ceil<std::chrono::seconds>(pause);
    return response::text(reason + "\n", status)
        .with_header("Retry-After", fmt::to_string(seconds.count()))
        .with_header("Cache-Control", "no-store");
}

} // namespace tidings
