// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/http2/detail/request_head.hpp>

#include <utility>

namespace tidings::detail {

namespace {

// What a field counts beside its name and its value (RFC 9113, 6.5.2).
constexpr std::size_t overhead = 32;

// Room is made for so many fields and bytes; more are possible.
constexpr std::size_t common_count = 16;
constexpr std::size_t common_size = 512;

} // namespace

void request_head::add(std::string_view name, std::string_view value)
{
    size_ += name.size() + value.size() + overhead;
    if (!error_ && size_ > policy_.limits().head)
        error_ = {431, "the headers are too large"};
    if (error_)
        return;
    if (name == ":method")
        method_ = value;
    else if (name == ":path")
        path_ = value;
    else if (name == ":authority")
        authority_ = value;
    else if (!name.starts_with(':')) // and the scheme says nothing about what is asked for
        add_field(name, value);
}

void request_head::add_field(std::string_view name, std::string_view value)
{
    begin();
    if (error_)
        return;
    if (name == "cookie") {
        cookies_.append(cookies_.empty() ? "" : "; ").append(value);
        return;
    }
    if (name == "host" && !authority_.empty()) {
        if (value != authority_)
            error_ = {400, ":authority and the Host header say different things"};
        return; // it has been added
    }
    error_ = policy_.add_header(name, value);
}

void request_head::begin()
{
    if (error_ || std::exchange(has_begun_, true))
        return;
    error_ = policy_.begin(method_, path_, "HTTP/2", common_size, common_count);
    if (!error_ && !authority_.empty())
        error_ = policy_.add_header("host", authority_);
}

void request_head::end(bool is_all)
{
    begin();
    if (!error_ && !cookies_.empty())
        error_ = policy_.add_header("cookie", cookies_);
    if (!error_)
        error_ = policy_.end_head(!is_all);
}

void request_head::add_trailer(std::string_view name, std::string_view value)
{
    if (!error_)
        error_ = policy_.add_trailer(name, value);
}

} // namespace tidings::detail
