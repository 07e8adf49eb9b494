// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/request.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tidings {
namespace {

detail::target_parts parse_or_throw(std::string_view method, std::string_view target)
{
    if (!detail::is_token(method))
        throw std::invalid_argument(
            "the method of a request is empty or has a character that no method can have");
    auto const parts = detail::parse_target(method, target);
    if (!parts)
        throw std::invalid_argument(fmt::format(
            "\"{}\" is no request target; write a path from '/' on, percent-encoded where needed and "
            "without control characters",
            target));
    return *parts;
}

std::string first_of(std::vector<std::string> all)
{
    return all.empty() ? std::string() : std::move(all.front());
}

} // namespace

void detail::refuse_type(std::string_view expected, std::string_view actual)
{
    throw std::logic_error(
        fmt::format("tidings: request::value of another type than was attached: \"{}\" asked for \"{}\"",
                    expected, actual));
}

request::request(std::string_view method, std::string_view target, std::string_view version)
    : request(method, target, parse_or_throw(method, target), version, 0, 0)
{}

request::request(std::string_view method, std::string_view target, detail::target_parts const& parts,
                 std::string_view version, std::size_t text_size, std::size_t header_count)
    : version_(static_cast<unsigned>(std::ranges::find(versions, version) - versions.begin()) & 3U)
{
    if (version_ == versions.size())
        throw std::invalid_argument(
            "the version of a request is none of \"HTTP/1.0\", \"HTTP/1.1\" and \"HTTP/2\"");
    text_.reserve(text_size);
    fields_.reserve(header_count);
    method_size_ = store(method).size;
    target_ = store(target);
    auto const within_target = [&](std::string_view part) {
        if (part.empty())
            return slice{};
        auto const offset = static_cast<std::uint32_t>(part.data() - target.data());
        return slice{target_.begin + offset, static_cast<std::uint32_t>(part.size())};
    };
    path_ = within_target(parts.path);
    query_ = within_target(parts.query);
}

request request::post(std::string_view target, std::string body)
{
    return request("POST", target).with_body(std::move(body));
}

request request::with_header(std::string_view name, std::string_view value) &&
{
    if (!detail::is_token(name) || !detail::is_field_value(value))
        throw std::invalid_argument(
            fmt::format("no request can carry such a header: \"{}: {}\"", name, value));
    add_header(name, value);
    return std::move(*this);
}

request request::with_param(std::string_view name, std::string_view value) &&
{
    add_param(name, value);
    return std::move(*this);
}

request request::with_body(std::string body) &&
{
    set_body(std::move(body));
    return std::move(*this);
}

request request::with_remote_address(std::string_view address) &&
{
    set_remote_address(address);
    return std::move(*this);
}

void request::set_principal(std::string name)
{
    if (name.size() > 255 || std::ranges::any_of(name, detail::is_control))
        throw std::invalid_argument(
            "tidings: a principal has at most 255 bytes and no control characters; use a shorter name");
    noted().principal = std::move(name);
}

request::notes& request::noted()
{
    if (!notes_)
        notes_ = std::make_unique<notes>();
    return *notes_;
}

std::string request::param(std::string_view name) const
{
    for (auto i = static_cast<std::size_t>(header_count_); i != fields_.size(); ++i)
        if (view(fields_[i].name) == name)
            return std::string(view(fields_[i].value));
    return {};
}

std::string request::query(std::string_view name) const
{
    return first_of(query_all(name));
}

std::vector<std::string> request::query_all(std::string_view name) const
{
    return detail::find_all_in_form(view(query_), name);
}

std::string request::form(std::string_view name) const
{
    return first_of(form_all(name));
}

std::vector<std::string> request::form_all(std::string_view name) const
{
    auto const type = header("Content-Type");
    bool const is_form = detail::equals_ignoring_case(detail::trimmed(type.substr(0, type.find(';'))),
                                                      "application/x-www-form-urlencoded");
    return is_form ? detail::find_all_in_form(body_, name) : std::vector<std::string>();
}

std::string_view request::header(std::string_view name) const noexcept
{
    auto const* const found = find_header(name);
    return found ? view(found->value) : std::string_view();
}

std::pair<std::string_view, std::string_view> request::header_at(std::size_t i) const noexcept
{
    return {view(fields_[i].name), view(fields_[i].value)};
}

bool request::header_lists(std::string_view name, std::string_view item) const noexcept
{
    for (std::size_t i = 0; i != header_count_; ++i) {
        auto [field_name, list] = header_at(i);
        if (!detail::equals_ignoring_case(field_name, name))
            continue;
        while (!list.empty())
            if (detail::equals_ignoring_case(detail::take_list_item(list), item))
                return true;
    }
    return false;
}

std::string_view request::cookie(std::string_view name) const noexcept
{
    for (std::size_t i = 0; i != header_count_; ++i) {
        auto [field_name, list] = header_at(i);
        if (!detail::equals_ignoring_case(field_name, "Cookie"))
            continue;
        while (!list.empty()) {
            auto const pair = detail::take_list_item(list, ';');
            auto const equals = pair.find('=');
            if (equals != std::string_view::npos && pair.substr(0, equals) == name)
                return pair.substr(equals + 1);
        }
    }
    return {};
}

bool request::keep_alive() const noexcept
{
    return !header_lists("Connection", "close") &&
           (version_ >= 1 || header_lists("Connection", "keep-alive"));
}

std::optional<std::string> request::last_event_id() const
{
    if (auto const id = header("Last-Event-ID"); !id.empty())
        return std::string(id);
    for (auto const* name : {"last_event_id", "lastEventId", "evs_last_event_id"})
        if (auto id = query(name); !id.empty())
            return id;
    return std::nullopt;
}

void request::add_header(std::string_view name, std::string_view value)
{
    fields_.insert(fields_.begin() + header_count_, field{store(name), store(value)});
    ++header_count_;
}

void request::add_param(std::string_view name, std::string_view value)
{
    fields_.push_back({store(name), store(value)});
}

request::slice request::store(std::string_view text)
{
    slice const place{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(text.size())};
    text_ += text;
    return place;
}

request::field const* request::find_header(std::string_view name) const noexcept
{
    for (std::size_t i = 0; i != header_count_; ++i)
        if (detail::equals_ignoring_case(view(fields_[i].name), name))
            return &fields_[i];
    return nullptr;
}

} // namespace tidings
