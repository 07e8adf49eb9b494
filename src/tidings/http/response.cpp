// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/internal/content_type.hpp>
#include <tidings/http/internal/status.hpp>
#include <tidings/http/response.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace tidings {

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

response response::file(std::filesystem::path path, std::string content_type)
{
    if (content_type.empty())
        content_type = internal::content_type_of(path);
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

void response::complete_with(headers const& others)
{
    headers const own = headers_;
    for (auto const& [name, value] : others)
        if (!own.contains(name) || detail::equals_ignoring_case(name, "Vary") ||
            detail::equals_ignoring_case(name, "Set-Cookie"))
            headers_.add(name, value);
}

} // namespace tidings
