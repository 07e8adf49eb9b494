// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/headers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tidings {

using detail::equals_ignoring_case;

void headers::add(std::string name, std::string value)
{
    if (!detail::is_token(name))
        throw std::invalid_argument(
            "the name of a header is empty or has a character that no header name can have");
    if (!detail::is_field_value(value))
        throw std::invalid_argument(
            fmt::format("the value of the header {} has a line break, another control character or "
                        "a space at its end; remove or encode it",
                        name));
    for (auto const* framing : {"Content-Length", "Transfer-Encoding", "Connection"})
        if (equals_ignoring_case(name, framing))
            throw std::invalid_argument(fmt::format("the header {} is written by the server alone", framing));
    fields_.emplace_back(std::move(name), std::move(value));
}

void headers::set(std::string name, std::string value)
{
    headers checked;
    checked.add(std::move(name), std::move(value));
    remove(checked.fields_.front().first);
    fields_.push_back(std::move(checked.fields_.front()));
}

void headers::remove(std::string_view name)
{
    std::erase_if(fields_, [&](field const& f) { return equals_ignoring_case(f.first, name); });
}

std::string_view headers::get(std::string_view name) const noexcept
{
    auto const* found = find(name);
    return found ? std::string_view(found->second) : std::string_view();
}

headers::field const* headers::find(std::string_view name) const noexcept
{
    auto const found =
        std::ranges::find_if(fields_, [&](field const& f) { return equals_ignoring_case(f.first, name); });
    return found == fields_.end() ? nullptr : &*found;
}

} // namespace tidings
