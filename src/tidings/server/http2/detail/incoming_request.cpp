// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/http1_phases.hpp>
#include <tidings/server/http2/detail/incoming_request.hpp>

namespace tidings::detail {

namespace {

// What a field counts beside its name and its value (RFC 9113, 6.5.2).
constexpr std::size_t overhead = 32;

// Room is made for so many fields and bytes; more are possible.
constexpr std::size_t common_count = 16;
constexpr std::size_t common_size = 512;

} // namespace

void incoming_request::add_field(std::string_view name, std::string_view value)
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
        add_header(name, value);
}

void incoming_request::add_header(std::string_view name, std::string_view value)
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

void incoming_request::begin()
{
    if (error_ || std::exchange(has_begun_, true))
        return;
    error_ = policy_.begin(method_, path_, "HTTP/2", common_size, common_count);
    if (!error_ && !authority_.empty())
        error_ = policy_.add_header("host", authority_);
}

void incoming_request::end_head(bool is_all)
{
    begin();
    if (!error_ && !cookies_.empty())
        error_ = policy_.add_header("cookie", cookies_);
    if (!error_)
        error_ = policy_.end_head(!is_all);
    has_head_ = true;
}

void incoming_request::decide(reception by)
{
    decided_ = std::move(by);
    add_body({}); // of which some may have come
}

void incoming_request::add_body(std::string_view bytes)
{
    if (error_)
        return;
    policy_.add_body(bytes);
    if (decided_ && !decided_->answer && policy_.body_so_far() > decided_->settings->body_bytes)
        error_ = {413, "the body is too large"};
}

void incoming_request::add_trailer(std::string_view name, std::string_view value)
{
    if (!error_)
        error_ = policy_.add_trailer(name, value);
}

std::size_t incoming_request::take_news() noexcept
{
    return policy_.body_so_far() - std::exchange(told_, policy_.body_so_far());
}

duration incoming_request::time_left(server_options const& options, time_point now) const noexcept
{
    return decided_ ? body_time(options, policy_.body_so_far()) - (now - began_) : duration::zero();
}

} // namespace tidings::detail
