// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/message_parser.hpp>
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/detail/transfer_coding.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace tidings::detail {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;

/// What Beast has found wrong; line ends and control characters were looked at before.
internal::parse_error to_parse_error(error_code ec)
{
    using beast_http::error;
    if (ec == error::bad_method)
        return {400, "the method is malformed"};
    if (ec == error::bad_target)
        return {400, "the request target is malformed"};
    if (ec == error::bad_version)
        return {400, "the request line does not end with an HTTP version"};
    if (ec == error::bad_field)
        return {400, "the name of a header is malformed"};
    if (ec == error::bad_content_length || ec == error::multiple_content_length)
        return {400, "Content-Length must be one number, without Transfer-Encoding"};
    if (ec == error::bad_transfer_encoding)
        return {400, "Transfer-Encoding must stand once, without Content-Length"};
    if (ec == error::bad_chunk || ec == error::bad_chunk_extension)
        return {400, "the chunks of the body are malformed"};
    return {400, "a header is malformed"};
}

/// "HTTP/d.d" at the end of the request line, in a version that is not ours.
bool has_unsupported_version(std::string_view head)
{
    auto const line = head.substr(0, head.find("\r\n"));
    auto const version = line.substr(line.rfind(' ') + 1);
    return version.size() == 8 && version.starts_with("HTTP/") && is_number(version.substr(5, 1)) &&
           version[6] == '.' && is_number(version.substr(7)) && version != "HTTP/1.0" &&
           version != "HTTP/1.1";
}

/// Fields that stand once, and upon which somebody decides: of two, one reader would take the first and
/// another the last. Host and Content-Length have rules of their own.
bool is_single(std::string_view name)
{
    static constexpr std::array<std::string_view, 5> names{"Authorization", "Content-Type", "Last-Event-ID",
                                                           "Origin", "Sec-Fetch-Site"};
    return std::ranges::any_of(names, [&](auto each) { return equals_ignoring_case(each, name); });
}

} // namespace

// The request is there from the first callback on, the parser from put_head on.
// NOLINTBEGIN(bugprone-unchecked-optional-access)

/// Beast's parser, which fills a request, and the rules that Beast leaves to others.
class message_parser::beast_parser final : public beast_http::basic_parser<true>
{
public:
    beast_parser(message_so_far& into, std::size_t max_body, std::size_t max_header_count,
                 std::size_t head_size, std::size_t line_count)
        : into_(into), max_body_(max_body), max_header_count_(max_header_count), head_size_(head_size),
          line_count_(line_count)
    {
        header_limit(
            std::numeric_limits<std::uint32_t>::max()); // the caller has gathered the head within its own
        body_limit(boost::none); // Beast would refuse a head for it, which others have not seen then
    }

private:
    using string_view = boost::beast::string_view;

    void refuse(error_code& ec, int status, std::string_view reason)
    {
        into_.error = {status, reason};
        ec = beast_http::error::bad_value;
    }

    void on_request_impl(beast_http::verb, string_view method, string_view target, int version,
                         error_code& ec) override
    {
        if (method == "CONNECT")
            return refuse(ec, 501, "this server is no proxy and does not support CONNECT");
        auto const parts = detail::parse_target(method, target);
        if (!parts)
            return refuse(
                ec, 400,
                "the request target is malformed, has a character that must be percent-encoded, or an "
                "encoded control character");
        authority_ = parts->authority;
        into_.head.emplace(method, target, *parts, version % 10, head_size_, line_count_);
    }

    void on_field_impl(beast_http::field field, string_view name, string_view value, error_code& ec) override
    {
        if (++header_count_ > max_header_count_)
            return refuse(ec, 431, "there are too many headers");
        if (in_body_)
            return; // a trailer
        if (is_single(name) && into_.head->has_header(name))
            return refuse(ec, 400, "a header that must stand once stands twice");

        switch (field) {
        case beast_http::field::host:
            if (++host_count_ > 1)
                return refuse(ec, 400, "there is more than one Host header");
            if (!is_host(value))
                return refuse(ec, 400, "the Host header is malformed");
            if (!authority_.empty())
                value = authority_;
            break;
        case beast_http::field::content_length:
            if (into_.head->has_header(name) || !is_number(value))
                return refuse(ec, 400, "Content-Length must be one number");
            break;
        default:
            break;
        }
        into_.head->add_header(name, value);
    }

    void on_header_impl(error_code& ec) override
    {
        in_body_ = true;
        into_.is_chunked = chunked();
        if (auto const size = content_length())
            into_.body_size = *size;
        into_.is_body_too_large = content_length().value_or(0) > max_body_;
        if (into_.head->http_minor() >= 1 && host_count_ == 0)
            return refuse(ec, 400, "the Host header is missing");
        check_framing(ec);
        if (!ec)
            check_expectation(ec);
    }

    void check_framing(error_code& ec)
    {
        switch (transfer_coding_of(*into_.head)) {
        case transfer_coding::none:
            return;
        case transfer_coding::malformed:
            return refuse(ec, 400, "Transfer-Encoding is malformed, or chunked is not its last coding");
        case transfer_coding::unsupported:
            return refuse(ec, 501, "the only transfer coding that is supported is chunked");
        case transfer_coding::chunked:
            break;
        }
        if (into_.head->http_minor() == 0)
            return refuse(ec, 400, "HTTP/1.0 has no Transfer-Encoding");
        if (into_.head->has_header("Content-Length") || !chunked())
            return refuse(ec, 400, "Transfer-Encoding and Content-Length exclude each other");
    }

    void check_expectation(error_code& ec)
    {
        if (into_.head->http_minor() == 0 || !into_.head->has_header("Expect"))
            return;
        for (std::size_t i = 0; i != into_.head->header_count(); ++i) {
            auto [name, list] = into_.head->header_at(i);
            while (equals_ignoring_case(name, "Expect") && !list.empty())
                if (auto const item = take_list_item(list);
                    !item.empty() && !equals_ignoring_case(item, "100-continue"))
                    return refuse(ec, 417, "the only expectation that can be met is 100-continue");
        }
        into_.expects_continue = (chunked() || content_length().value_or(0) != 0) &&
                                 into_.head->header_lists("Expect", "100-continue");
    }

    void refuse_large_body(error_code& ec) { refuse(ec, 413, "the body is too large"); }

    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code& ec) override
    {
        if (into_.is_body_too_large)
            refuse_large_body(ec);
    }

    std::size_t on_body_impl(string_view bytes, error_code&) override
    {
        into_.body.append(bytes);
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t size, string_view, error_code& ec) override
    {
        if (size > max_body_ - into_.body.size())
            return refuse_large_body(ec);
        into_.chunk_rest = size;
    }

    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override
    {
        into_.body.append(bytes);
        into_.chunk_rest -= bytes.size();
        return bytes.size();
    }

    void on_finish_impl(error_code&) override { into_.is_done = true; }

    // Never called for requests.
    void on_response_impl(int, string_view, int, error_code&) override {}

    message_so_far& into_;
    std::size_t max_body_;
    std::size_t max_header_count_;
    std::size_t head_size_;
    std::size_t line_count_;
    std::string_view authority_; // into the head, while that is read
    std::size_t header_count_ = 0;
    int host_count_ = 0;
    bool in_body_ = false;
};

struct message_parser::state
{
    std::size_t max_body;
    std::size_t max_header_count;
    message_so_far message{};
    std::optional<beast_parser> parser{};
};

message_parser::message_parser(std::size_t max_body, std::size_t max_header_count)
    : state_(new state{max_body, max_header_count})
{}

message_parser::message_parser(message_parser&&) noexcept = default;
message_parser& message_parser::operator=(message_parser&&) noexcept = default;
message_parser::~message_parser() = default;

bool message_parser::put_head(std::string_view head)
{
    auto const lines = static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n'));
    state_->parser.emplace(state_->message, state_->max_body, state_->max_header_count, head.size(),
                           lines - 2);
    if (put(head) == head.size())
        return true;
    auto& error = state_->message.error;
    if (has_unsupported_version(head))
        error = {505, "this server speaks HTTP/1.1 and HTTP/1.0"};
    else if (error.status == 0)
        error = {400, "the head is malformed"};
    return false;
}

std::size_t message_parser::put(std::string_view bytes)
{
    error_code ec;
    auto const taken = state_->parser->put(boost::asio::buffer(bytes), ec);
    if (!ec)
        return taken;
    if (ec != beast_http::error::need_more && state_->message.error.status == 0)
        state_->message.error = to_parse_error(ec);
    return 0;
}

message_so_far& message_parser::message() noexcept
{
    return state_->message;
}

message_so_far const& message_parser::message() const noexcept
{
    return state_->message;
}

request message_parser::take()
{
    state_->message.head->set_body(std::move(state_->message.body));
    request taken = std::move(*state_->message.head);
    reset();
    return taken;
}

void message_parser::reset() noexcept
{
    state_->parser.reset();
    state_->message = {};
}

// NOLINTEND(bugprone-unchecked-optional-access)

} // namespace tidings::detail
