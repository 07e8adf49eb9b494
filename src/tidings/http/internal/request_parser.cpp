// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/head_parser.hpp>
#include <tidings/http/detail/line_scanner.hpp>
#include <tidings/http/internal/request_parser.hpp>

namespace tidings::internal {

parse_progress request_parser::feed(std::string_view bytes)
{
    if (state_ == parse_state::complete || state_ == parse_state::failed)
        return {0, state_};
    auto const consumed = body_ ? feed_body(bytes) : feed_head(bytes);
    return {consumed, state_};
}

bool request_parser::has_begun() const noexcept
{
    return !held_.empty() || (body_ && state_ != parse_state::complete);
}

request request_parser::take()
{
    request taken = policy_.take();
    reset();
    return taken;
}

void request_parser::reset() noexcept
{
    state_ = parse_state::need_more;
    error_ = {};
    policy_.reset();
    body_.reset();
    held_.clear();
    scanned_ = 0;
}

// The head is parsed in one piece: it is gathered in `held_`, unless it comes in one piece.
std::size_t request_parser::feed_head(std::string_view bytes)
{
    auto const skipped = skip_blank_lines(bytes);
    bytes.remove_prefix(skipped);

    auto const held = held_.size();
    auto head = bytes.substr(0, policy_.limits().head - held);
    if (held != 0)
        head = held_.append(head);

    auto const scan = detail::scan_lines(head, scanned_);
    if (scan.is_complete) {
        end_head(head.substr(0, scan.position));
        held_ = std::string();
        scanned_ = 0;
        return skipped + scan.position - held;
    }
    if (scan.refused)
        return fail(scan.refused);
    if (head.size() == policy_.limits().head && head.find("\r\n") == std::string_view::npos)
        return fail({414, "the request target is too long"});
    if (head.size() == policy_.limits().head)
        return fail({431, "the headers are too large"});
    scanned_ = scan.position;
    if (held == 0)
        held_ = head;
    return skipped + bytes.size();
}

void request_parser::end_head(std::string_view head)
{
    error_ = detail::parse_head(head, policy_);
    if (error_) {
        state_ = parse_state::failed;
        return;
    }
    body_.emplace(policy_);
    state_ = body_->is_complete() ? parse_state::complete : parse_state::head_complete;
}

// Some clients send an empty line after a body (RFC 9112, 2.2).
std::size_t request_parser::skip_blank_lines(std::string_view bytes) noexcept
{
    std::size_t skipped = 0;
    if (held_ == "\r" && bytes.starts_with('\n')) {
        held_.clear();
        scanned_ = 0;
        skipped = 1;
    }
    if (held_.empty())
        while (bytes.substr(skipped).starts_with("\r\n"))
            skipped += 2;
    return skipped;
}

std::size_t request_parser::feed_body(std::string_view bytes)
{
    auto const consumed = body_->read(bytes);
    if (body_->error())
        return fail(body_->error());
    state_ = body_->is_complete() ? parse_state::complete : parse_state::need_more;
    return consumed;
}

std::size_t request_parser::fail(parse_error error)
{
    error_ = error;
    state_ = parse_state::failed;
    return 0;
}

} // namespace tidings::internal
