// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/line_scanner.hpp>
#include <tidings/http/internal/request_parser.hpp>

#include <algorithm>

namespace tidings::internal {
namespace {

using detail::line_state;

parse_error to_parse_error(line_state state)
{
    switch (state) {
    case line_state::bare_cr:
        return {400, "a line has a CR without LF"};
    case line_state::bare_lf:
        return {400, "a line ends with LF, without CR"};
    case line_state::folded_line:
        return {400, "a line begins with a space"};
    default:
        return {400, "a line has a control character; this is plain HTTP, without TLS"};
    }
}

// What frames a chunked body may cost that much, and twice the body itself: extensions that nobody reads, and
// chunks of a byte each, make much work of few bytes.
constexpr std::size_t framing_allowance = std::size_t{64} * 1024;

/// Whether lines from between chunks begin with the header of the last chunk; the line before it may be the
/// end of the chunk before.
bool begins_last_chunk(std::string_view lines)
{
    if (lines.starts_with("\r\n"))
        lines.remove_prefix(2);
    auto const size = lines.substr(0, lines.find_first_not_of("0123456789abcdefABCDEF"));
    return !size.empty() && size.find_first_not_of('0') == std::string_view::npos;
}

} // namespace

request_parser::request_parser(parser_limits const& limits)
    : limits_(limits), message_(limits.body, limits.header_count)
{}

parse_progress request_parser::feed(std::string_view bytes)
{
    if (state_ == parse_state::complete || state_ == parse_state::failed)
        return {0, state_};
    auto const consumed = has_head() ? feed_body(bytes) : feed_head(bytes);
    return {consumed, state_};
}

bool request_parser::has_begun() const noexcept
{
    return !held_.empty() || (has_head() && state_ != parse_state::complete);
}

request request_parser::take()
{
    auto taken = message_.take();
    reset();
    return taken;
}

void request_parser::reset() noexcept
{
    state_ = parse_state::need_more;
    error_ = {};
    message_.reset();
    forget_held();
    framing_ = 0;
}

// The head is parsed in one piece: it is gathered in `held_`, unless it comes in one piece.
std::size_t request_parser::feed_head(std::string_view bytes)
{
    auto const skipped = skip_blank_lines(bytes);
    bytes.remove_prefix(skipped);

    auto const held = held_.size();
    auto head = bytes.substr(0, limits_.head - held);
    if (held != 0)
        head = held_.append(head);

    auto const scan = detail::scan_lines(head, scanned_);
    if (scan.state == line_state::complete) {
        if (!message_.put_head(head.substr(0, scan.position)))
            fail(message_.message().error);
        else
            state_ = message_.message().is_done ? parse_state::complete : parse_state::head_complete;
        held_ = std::string();
        scanned_ = 0;
        return skipped + scan.position - held;
    }
    if (scan.state != line_state::unfinished)
        return fail(to_parse_error(scan.state));
    if (head.size() == limits_.head)
        return fail_over_head_limit(head);
    scanned_ = scan.position;
    if (held == 0)
        held_ = head;
    return skipped + bytes.size();
}

// Some clients send an empty line after a body (RFC 9112, 2.2).
std::size_t request_parser::skip_blank_lines(std::string_view bytes) noexcept
{
    std::size_t skipped = 0;
    if (held_ == "\r" && bytes.starts_with('\n')) {
        forget_held();
        skipped = 1;
    }
    if (held_.empty())
        while (bytes.substr(skipped).starts_with("\r\n"))
            skipped += 2;
    return skipped;
}

std::size_t request_parser::fail_over_head_limit(std::string_view head)
{
    if (head.find("\r\n") == std::string_view::npos)
        return fail({414, "the request target is too long"});
    return fail({431, "the headers are too large"});
}

std::size_t request_parser::feed_body(std::string_view bytes)
{
    state_ = parse_state::need_more;
    std::size_t consumed = 0;
    while (consumed != bytes.size() && state_ == parse_state::need_more) {
        auto const rest = bytes.substr(consumed);
        consumed += message_.message().is_between_chunks() ? take_line(rest) : put(rest);
    }
    return consumed;
}

// Lines between chunks are gathered whole, the last chunk with all its trailers: Beast's versions differ in
// how much of the last chunk they take at once, and all would let other line ends and folded trailers pass.
std::size_t request_parser::take_line(std::string_view bytes)
{
    auto const lf = bytes.find('\n');
    auto const size = lf == std::string_view::npos ? bytes.size() : lf + 1;
    bool const fits = size <= limits_.head - held_.size();
    held_ += bytes.substr(0, std::min(size, limits_.head - held_.size()));

    auto const scan = detail::scan_lines(held_, scanned_);
    scanned_ = scan.position;
    if (scan.state != line_state::unfinished && scan.state != line_state::complete)
        return fail(to_parse_error(scan.state));
    if (!fits)
        return fail({431, "the trailers or the header of a chunk are too large"});
    auto const is_whole =
        lf != std::string_view::npos && (!begins_last_chunk(held_) || held_.ends_with("\r\n\r\n"));
    if (!is_whole || put(held_) == 0)
        return size;
    framing_ += held_.size();
    forget_held();
    if (framing_ > framing_allowance + 2 * message_.message().body.size())
        return fail({400, "the chunks of the body have more framing than content"});
    return size;
}

std::size_t request_parser::put(std::string_view bytes)
{
    auto const taken = message_.put(bytes);
    if (message_.message().error.status != 0)
        return fail(message_.message().error);
    if (message_.message().is_done)
        state_ = parse_state::complete;
    return taken;
}

std::size_t request_parser::fail(parse_error error)
{
    error_ = error;
    state_ = parse_state::failed;
    return 0;
}

void request_parser::forget_held() noexcept
{
    held_.clear();
    scanned_ = 0;
}

} // namespace tidings::internal
