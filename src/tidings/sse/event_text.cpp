// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/event_text.hpp>
#include <tidings/sse/internal/encode.hpp>

#include <optional>

namespace tidings {
namespace {

/// Takes the first line off a text that `encode` wrote, if it is one of that field; its value.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view field) noexcept
{
    if (!text.starts_with(field))
        return std::nullopt;
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    line.remove_prefix(field.size());
    return line.empty() ? line : line.substr(1); // behind a space
}

} // namespace

event_text::event_text(std::size_t size) : block_(std::make_shared_for_overwrite<char[]>(size)), size_(size)
{}

event_text::event_text(event const& value) : event_text(internal::encoded_size(value))
{
    internal::encode(value, block_.get());
}

event_text event_text::comment(std::string_view text)
{
    event_text result(internal::encoded_comment_size(text));
    internal::encode_comment(text, result.block_.get());
    return result;
}

std::string_view event_text::id_line() const noexcept
{
    auto rest = text();
    (void)take_line(rest, "id:");
    return text().substr(0, size_ - rest.size());
}

std::string_view event_text::id() const noexcept
{
    auto rest = text();
    return take_line(rest, "id:").value_or("");
}

std::string_view event_text::type() const noexcept
{
    auto rest = body();
    return take_line(rest, "event:").value_or("");
}

bool event_text::has_data() const noexcept
{
    auto rest = body();
    (void)take_line(rest, "event:");
    return rest.starts_with("data:");
}

std::string event_text::data() const
{
    std::string joined;
    auto rest = body();
    (void)take_line(rest, "event:");
    while (auto const line = take_line(rest, "data:"))
        joined.append(*line).append("\n");
    if (!joined.empty())
        joined.pop_back();
    return joined;
}

} // namespace tidings
