// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/logged_event_fault.hpp>
#include <tidings/sse/utf8.hpp>

#include <stdexcept>
#include <string>

namespace tidings::detail {

namespace {

bool may_be_own_id(std::string_view id, std::string_view epoch)
{
    try {
        check_own_id(id, epoch);
        return true;
    } catch (std::invalid_argument const&) {
        return false;
    }
}

// What remains of the text behind the value of its first line, if that is of the field; else null.
std::string_view skip_field(std::string_view text, std::string_view field, std::string_view& value)
{
    if (!text.starts_with(field))
        return {};
    auto const end = text.find('\n');
    value = text.substr(field.size(), end - field.size());
    if (value.starts_with(": "))
        value.remove_prefix(2);
    else if (value == ":")
        value.remove_prefix(1);
    else
        return {};
    return text.substr(end + 1);
}

// The lines behind the id, as they are encoded: at most one type, data, at most one retry time.
bool is_body(std::string_view text)
{
    if (!text.ends_with("\n\n") && text != "\n")
        return false;
    std::string_view value;
    if (auto const rest = skip_field(text, "event", value); !rest.empty())
        text = rest;
    while (true) {
        auto const rest = skip_field(text, "data", value);
        if (rest.empty())
            break;
        text = rest;
    }
    if (auto const rest = skip_field(text, "retry", value); !rest.empty() && are_digits(value))
        text = rest;
    return text == "\n";
}

} // namespace

std::string_view fault_of(logged_event const& value, std::string_view epoch)
{
    if (value.number == 0 || value.number > max_event_number)
        return "it has a number that no topic gives out";
    if (!value.own_id.empty() && !may_be_own_id(value.own_id, epoch))
        return "it has an id that no publisher may bring";
    std::string const id =
        value.own_id.empty() ? automatic_id{.epoch = epoch, .number = value.number}.text() : value.own_id;
    std::string const id_line = "id: " + id + '\n';
    std::string_view const text = value.text;
    if (!text.starts_with(id_line))
        return "its text begins with another id than its own";
    if (!is_valid_utf8(text) || text.find('\r') != std::string_view::npos ||
        !is_body(text.substr(id_line.size())))
        return "its text is not that of one event";
    return {};
}

} // namespace tidings::detail
