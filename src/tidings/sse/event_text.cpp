// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/event_text.hpp>
#include <tidings/sse/internal/encode.hpp>

#include <utility>

namespace tidings {
namespace {

/// Takes the first line off a text that `encode` wrote, without its LF.
std::string_view take_line(std::string_view& text) noexcept
{
    auto const end = text.find('\n');
    auto const line = text.substr(0, end);
    text.remove_prefix(line.size() + 1);
    return line;
}

/// What follows "field:" and the one space that `encode` writes before a value.
std::string_view value_of(std::string_view line, std::string_view field) noexcept
{
    line.remove_prefix(field.size());
    return line.empty() ? line : line.substr(1);
}

constexpr std::string_view id_field = "id:";
constexpr std::string_view type_field = "event:";
constexpr std::string_view data_field = "data:";

} // namespace

event_text::event_text(std::size_t size, std::size_t id_line_size)
    : block_(std::make_shared_for_overwrite<char[]>(size)), size_(size), id_line_size_(id_line_size)
{}

event_text::event_text(event const& value) : event_text(internal::encoded_size(value), 0)
{
    internal::encode(value, block_.get());
    if (value.id.data() != nullptr)
        id_line_size_ = text().find('\n') + 1;
}

event_text event_text::comment(std::string_view text)
{
    event_text result(internal::encoded_comment_size(text), 0);
    internal::encode_comment(text, result.block_.get());
    return result;
}

event_text::event_text(std::shared_ptr<char[]> block, std::size_t size)
    : block_(std::move(block)), size_(size)
{
    if (text().starts_with(id_field))
        id_line_size_ = text().find('\n') + 1;
}

std::string_view event_text::id() const noexcept
{
    if (id_line_size_ == 0)
        return {};
    return value_of(id_line().substr(0, id_line_size_ - 1), id_field);
}

std::string_view event_text::type() const noexcept
{
    auto rest = body();
    if (!rest.starts_with(type_field))
        return {};
    return value_of(take_line(rest), type_field);
}

bool event_text::has_data() const noexcept
{
    auto rest = body();
    if (rest.starts_with(type_field))
        take_line(rest);
    return rest.starts_with(data_field);
}

std::string event_text::data() const
{
    std::string joined;
    auto rest = body();
    if (rest.starts_with(type_field))
        take_line(rest);
    for (bool first = true; rest.starts_with(data_field); first = false) {
        if (!first)
            joined += '\n';
        joined += value_of(take_line(rest), data_field);
    }
    return joined;
}

} // namespace tidings
