// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/event_parser.hpp>
#include <tidings/sse/utf8.hpp>

#include <charconv>
#include <cstdint>
#include <utility>

namespace tidings {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string to_text(std::string_view bytes)
{
    return replace_invalid_utf8(std::string(bytes));
}

std::string_view without_leading_space(std::string_view value) noexcept
{
    return value.starts_with(' ') ? value.substr(1) : value;
}

std::optional<std::chrono::milliseconds> parse_retry(std::string_view value) noexcept
{
    std::int64_t time = 0;
    auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), time);
    // from_chars would take a minus sign
    if (error != std::errc() || end != value.data() + value.size() || value.starts_with('-'))
        return std::nullopt;
    return std::chrono::milliseconds(time);
}

} // namespace

event_parser::event_parser(std::size_t max_event_size) : max_event_size_(max_event_size) {}

std::optional<received_event> event_parser::next(std::string_view& bytes)
{
    while (!bytes.empty() && !over_limit_) {
        if (std::exchange(skip_lf_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }

        auto const end = bytes.find_first_of("\r\n");
        auto const part = bytes.substr(0, end);
        if (!has_room_for(part)) {
            over_limit_ = true;
            break;
        }
        if (end == std::string_view::npos) {
            line_ += part;
            break;
        }
        skip_lf_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);

        std::optional<received_event> event;
        if (line_.empty()) {
            event = take_line(part);
        } else {
            line_ += part;
            event = take_line(line_);
            line_.clear();
        }
        if (event)
            return event;
    }
    bytes = {};
    return std::nullopt;
}

std::optional<received_event> event_parser::take_line(std::string_view line)
{
    if (std::exchange(first_line_, false) && line.starts_with(byte_order_mark))
        line.remove_prefix(byte_order_mark.size());
    if (line.empty())
        return dispatch();

    auto const colon = line.find(':');
    if (colon == 0) {
        if (on_comment_)
            on_comment_(to_text(without_leading_space(line.substr(1))));
    } else if (colon == std::string_view::npos) {
        take_field(line, "");
    } else {
        take_field(line.substr(0, colon), without_leading_space(line.substr(colon + 1)));
    }
    return std::nullopt;
}

void event_parser::take_field(std::string_view name, std::string_view value)
{
    if (name == "data") {
        data_ += to_text(value);
        data_ += '\n';
    } else if (name == "event") {
        type_ = to_text(value);
    } else if (name == "id") {
        if (value.find('\0') == std::string_view::npos)
            id_ = to_text(value);
    } else if (name == "retry") {
        if (auto const time = parse_retry(value))
            retry_ = time;
    }
}

std::optional<received_event> event_parser::dispatch()
{
    last_event_id_ = id_;
    auto type = std::exchange(type_, {});
    if (data_.empty())
        return std::nullopt;
    auto data = std::exchange(data_, {});
    data.pop_back();
    if (type.empty())
        type = "message";
    return received_event(id_, std::move(type), std::move(data));
}

bool event_parser::has_room_for(std::string_view bytes) const noexcept
{
    auto const held = line_.size() + id_.size() + type_.size() + data_.size();
    return held <= max_event_size_ && bytes.size() <= max_event_size_ - held;
}

void event_parser::restart()
{
    id_ = last_event_id_;
    line_.clear();
    type_.clear();
    data_.clear();
    first_line_ = true;
    skip_lf_ = false;
    over_limit_ = false;
}

} // namespace tidings
