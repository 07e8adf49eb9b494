// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/line_scanner.hpp>
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/internal/request_parser.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace tidings::internal {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
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

/// What Beast has found wrong; line ends and control characters were looked at before.
parse_error to_parse_error(error_code ec)
{
    using beast_http::error;
    static constexpr std::pair<error, std::string_view> reasons[] = {
        {error::bad_method, "the method is malformed"},
        {error::bad_target, "the request target is malformed"},
        {error::bad_version, "the request line does not end with an HTTP version"},
        {error::bad_field, "the name of a header is malformed"},
        {error::bad_content_length, "Content-Length must be one number, without Transfer-Encoding"},
        {error::multiple_content_length, "Content-Length must be one number, without Transfer-Encoding"},
        {error::bad_transfer_encoding, "Transfer-Encoding must stand once, without Content-Length"},
        {error::bad_chunk, "the chunks of the body are malformed"},
        {error::bad_chunk_extension, "the chunks of the body are malformed"},
    };
    for (auto const& [what, reason] : reasons)
        if (ec == what)
            return {400, reason};
    return {400, "a header is malformed"};
}

/// "HTTP/d.d" at the end of the request line, in a version that is not ours.
bool has_unsupported_version(std::string_view head)
{
    auto const line = head.substr(0, head.find("\r\n"));
    auto const version = line.substr(line.rfind(' ') + 1);
    return version.size() == 8 && version.starts_with("HTTP/") && detail::is_number(version.substr(5, 1)) &&
           version[6] == '.' && detail::is_number(version.substr(7)) && version != "HTTP/1.0" &&
           version != "HTTP/1.1";
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

/// Beast's parser, which tells the policy what it has read, and the rules of RFC 9112 that Beast leaves to
/// others.
class request_parser::beast_parser final : public beast_http::basic_parser<true>
{
public:
    beast_parser(request_policy& into, std::size_t head_size, std::size_t line_count)
        : into_(into), head_size_(head_size), line_count_(line_count)
    {
        header_limit(
            std::numeric_limits<std::uint32_t>::max()); // the caller has gathered the head within its own
        body_limit(boost::none); // Beast would refuse a head for it, which others have not seen then
    }

    /// What was refused last; its status is 0 as long as nothing was.
    parse_error const& error() const noexcept { return error_; }
    /// Whether what comes next is not the body itself, but a line between its chunks.
    bool is_between_chunks() const noexcept { return chunked() && chunk_rest_ == 0; }

    /// How many bytes were taken; 0 if more are needed at once, or they were refused.
    std::size_t take(std::string_view bytes)
    {
        error_code ec;
        auto const taken = put(boost::asio::buffer(bytes), ec);
        if (ec && ec != beast_http::error::need_more && error_.status == 0)
            error_ = to_parse_error(ec);
        return ec ? 0 : taken;
    }

private:
    using string_view = boost::beast::string_view;

    void refuse(error_code& ec, parse_error const& why)
    {
        if (why.status == 0)
            return;
        error_ = why;
        ec = beast_http::error::bad_value;
    }

    void on_request_impl(beast_http::verb, string_view method, string_view target, int version,
                         error_code& ec) override
    {
        refuse(ec, into_.begin(method, target, version % 10, head_size_, line_count_));
    }

    void on_field_impl(beast_http::field, string_view name, string_view value, error_code& ec) override
    {
        refuse(ec, is_header_done() ? into_.add_trailer() : into_.add_header(name, value));
    }

    void on_header_impl(error_code& ec) override
    {
        refuse(ec, into_.end_head(chunked()));
        if (!ec)
            refuse(ec, framing_fault());
    }

    // All Transfer-Encoding headers are one list (RFC 9110, 5.3). Where chunked stands twice or not last,
    // nobody knows where the body ends (RFC 9112, 6.3).
    parse_error framing_fault()
    {
        constexpr parse_error malformed{400,
                                        "Transfer-Encoding is malformed, or chunked is not its last coding"};
        std::size_t codings = 0;
        std::size_t chunked_at = 0;
        for (std::size_t i = 0; i != into_.head().header_count(); ++i) {
            auto [name, list] = into_.head().header_at(i);
            if (!detail::equals_ignoring_case(name, "Transfer-Encoding"))
                continue;
            do {
                auto const coding = detail::take_list_item(list);
                if (chunked_at != 0 || !detail::is_token(detail::trimmed(coding.substr(0, coding.find(';')))))
                    return malformed;
                ++codings;
                if (detail::equals_ignoring_case(coding, "chunked"))
                    chunked_at = codings;
            } while (!list.empty());
        }
        if (codings == 0)
            return {};
        if (chunked_at != 1)
            return {501, "the only transfer coding that is supported is chunked"};
        if (into_.head().http_minor() == 0)
            return {400, "HTTP/1.0 has no Transfer-Encoding"};
        if (into_.body_size() || !chunked())
            return {400, "Transfer-Encoding and Content-Length exclude each other"};
        return {};
    }

    void on_body_init_impl(boost::optional<std::uint64_t> const& size, error_code& ec) override
    {
        refuse(ec, into_.announce(size.value_or(0)));
    }

    std::size_t on_body_impl(string_view bytes, error_code&) override
    {
        into_.add_body(bytes);
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t size, string_view, error_code& ec) override
    {
        chunk_rest_ = size;
        refuse(ec, into_.announce(size));
    }

    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override
    {
        into_.add_body(bytes);
        chunk_rest_ -= bytes.size();
        return bytes.size();
    }

    void on_finish_impl(error_code&) override {}

    // Never called for requests.
    void on_response_impl(int, string_view, int, error_code&) override {}

    request_policy& into_;
    std::size_t head_size_;
    std::size_t line_count_;
    std::uint64_t chunk_rest_ = 0; // how much of the present chunk is to come
    parse_error error_;
};

request_parser::request_parser(parser_limits const& limits)
    : policy_(limits), message_(std::make_unique<std::optional<beast_parser>>())
{}

request_parser::~request_parser() = default;

parse_progress request_parser::feed(std::string_view bytes)
{
    if (state_ == parse_state::complete || state_ == parse_state::failed)
        return {0, state_};
    auto const consumed = policy_.has_head() ? feed_body(bytes) : feed_head(bytes);
    return {consumed, state_};
}

bool request_parser::has_begun() const noexcept
{
    return !held_.empty() || (policy_.has_head() && state_ != parse_state::complete);
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
    message_->reset();
    forget_held();
    framing_ = 0;
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
    if (scan.state == line_state::complete) {
        if (put_head(head.substr(0, scan.position)))
            state_ = (*message_)->is_done() ? parse_state::complete : parse_state::head_complete;
        held_ = std::string();
        scanned_ = 0;
        return skipped + scan.position - held;
    }
    if (scan.state != line_state::unfinished)
        return fail(to_parse_error(scan.state));
    if (head.size() == policy_.limits().head)
        return fail_over_head_limit(head);
    scanned_ = scan.position;
    if (held == 0)
        held_ = head;
    return skipped + bytes.size();
}

bool request_parser::put_head(std::string_view head)
{
    auto const lines = static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n'));
    beast_parser& message = message_->emplace(policy_, head.size(), lines - 2);
    if (message.take(head) == head.size())
        return true;
    if (has_unsupported_version(head))
        fail({505, "this server speaks HTTP/1.1 and HTTP/1.0"});
    else
        fail(message.error().status != 0 ? message.error() : parse_error{400, "the head is malformed"});
    return false;
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
        consumed += (*message_)->is_between_chunks() ? take_line(rest) : put(rest);
    }
    return consumed;
}

// Lines between chunks are gathered whole, the last chunk with all its trailers: Beast's versions differ in
// how much of the last chunk they take at once, and all would let other line ends and folded trailers pass.
std::size_t request_parser::take_line(std::string_view bytes)
{
    auto const lf = bytes.find('\n');
    auto const size = lf == std::string_view::npos ? bytes.size() : lf + 1;
    bool const fits = size <= policy_.limits().head - held_.size();
    held_ += bytes.substr(0, std::min(size, policy_.limits().head - held_.size()));

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
    if (framing_ > framing_allowance + 2 * policy_.body_so_far())
        return fail({400, "the chunks of the body have more framing than content"});
    return size;
}

std::size_t request_parser::put(std::string_view bytes)
{
    beast_parser& message = **message_;
    auto const taken = message.take(bytes);
    if (message.error().status != 0)
        return fail(message.error());
    if (message.is_done())
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
