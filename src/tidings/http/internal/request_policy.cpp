// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/detail/target.hpp>
#include <tidings/http/internal/request_policy.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tidings::internal {
namespace {

using detail::equals_ignoring_case;

/// Fields that stand once, and upon which somebody decides: of two, one reader would take the first and
/// another the last. Host and Content-Length have rules of their own.
bool is_single(std::string_view name)
{
    static constexpr std::array<std::string_view, 5> names{"Authorization", "Content-Type", "Last-Event-ID",
                                                           "Origin", "Sec-Fetch-Site"};
    return std::ranges::any_of(names, [&](auto each) { return equals_ignoring_case(each, name); });
}

std::optional<std::uint64_t> parse_length(std::string_view text)
{
    std::uint64_t length = 0;
    auto const parsed = std::from_chars(text.data(), text.data() + text.size(), length);
    if (!detail::is_number(text) || parsed.ec != std::errc())
        return std::nullopt;
    return length;
}

} // namespace

// The request is there from `begin` on.
// NOLINTBEGIN(bugprone-unchecked-optional-access)

parse_error request_policy::begin(std::string_view method, std::string_view target, std::string_view version,
                                  std::size_t head_size, std::size_t header_count)
{
    if (!detail::is_token(method))
        return {400, "the method is malformed"};
    if (method == "CONNECT")
        return {501, "this server is no proxy and does not support CONNECT"};
    auto const parts = detail::parse_target(method, target);
    if (!parts)
        return {400, "the request target is malformed, has a character that must be percent-encoded, or an "
                     "encoded control character"};
    authority_ = parts->authority;
    head_.emplace(access::make<request>(method, target, *parts, version, head_size, header_count));
    return {};
}

parse_error request_policy::add_header(std::string_view name, std::string_view value)
{
    if (auto const why = count_field(name))
        return why;
    if (is_single(name) && head_->has_header(name))
        return {400, "a header that must stand once stands twice"};
    if (equals_ignoring_case(name, "Host")) {
        if (std::exchange(has_host_, true))
            return {400, "there is more than one Host header"};
        if (!detail::is_host(value))
            return {400, "the Host header is malformed"};
        if (!authority_.empty())
            value = authority_;
    } else if (equals_ignoring_case(name, "Content-Length")) {
        bool const is_second = body_size_.has_value();
        body_size_ = parse_length(value);
        if (is_second || !body_size_)
            return {400, "Content-Length must be one number"};
    }
    access::add_header(*head_, name, value);
    return {};
}

parse_error request_policy::end_head(bool is_open)
{
    authority_ = {};
    if (head_->version() != "HTTP/1.0" && !has_host_)
        return {400, "the Host header is missing"};
    return check_expectation(is_open || body_size_.value_or(0) != 0);
}

parse_error request_policy::check_expectation(bool has_body)
{
    if (head_->version() == "HTTP/1.0" || !head_->has_header("Expect"))
        return {};
    for (std::size_t i = 0; i != head_->header_count(); ++i) {
        auto [name, list] = head_->header_at(i);
        while (equals_ignoring_case(name, "Expect") && !list.empty())
            if (auto const item = detail::take_list_item(list);
                !item.empty() && !equals_ignoring_case(item, "100-continue"))
                return {417, "the only expectation that can be met is 100-continue"};
    }
    expects_continue_ = has_body && head_->header_lists("Expect", "100-continue");
    return {};
}

parse_error request_policy::announce(std::uint64_t more) const
{
    return more > limits_.body - body_.size() ? parse_error{413, "the body is too large"} : parse_error{};
}

parse_error request_policy::add_trailer(std::string_view name, std::string_view)
{
    if (equals_ignoring_case(name, "Content-Length") || equals_ignoring_case(name, "Transfer-Encoding"))
        return {400, "a trailer says how the body is framed"};
    return count_field(name);
}

parse_error request_policy::count_field(std::string_view name)
{
    if (++header_count_ > limits_.header_count)
        return {431, "there are too many headers"};
    return detail::is_token(name) ? parse_error{} : parse_error{400, "the name of a header is malformed"};
}

request request_policy::take()
{
    access::set_body(*head_, std::move(body_));
    request taken = std::move(*head_);
    reset();
    return taken;
}

// NOLINTEND(bugprone-unchecked-optional-access)

} // namespace tidings::internal
