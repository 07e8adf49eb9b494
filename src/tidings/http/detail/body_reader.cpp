// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/body_reader.hpp>
#include <tidings/http/detail/head_parser.hpp>
#include <tidings/http/detail/line_scanner.hpp>

#include <boost/beast/http/chunk_encode.hpp>

#include <algorithm>
#include <charconv>

namespace tidings::detail {
namespace {

using internal::parse_error;

// What frames a chunked body may cost that much, and twice the body itself: extensions that nobody reads, and
// chunks of a byte each, make much work of few bytes.
constexpr std::size_t framing_allowance = std::size_t{64} * 1024;

constexpr parse_error malformed_chunk{400, "the chunks of the body are malformed"};

} // namespace

body_reader::body_reader(internal::request_policy& into)
    : into_(into), is_chunked_(into.head().has_header("Transfer-Encoding")),
      data_left_(into.body_size().value_or(0))
{
    if (is_chunked_)
        next_ = part::size_of_chunk;
    else if (data_left_ != 0)
        next_ = part::data;
}

std::size_t body_reader::read(std::string_view bytes)
{
    auto const size = bytes.size();
    while (!bytes.empty() && !is_complete() && !error_)
        bytes.remove_prefix(next_ == part::data ? take_data(bytes) : take_line(bytes));
    return size - bytes.size();
}

std::size_t body_reader::take_data(std::string_view bytes)
{
    error_ = into_.announce(data_left_); // its limit may have changed since the head
    if (error_)
        return 0;
    auto const taken = bytes.substr(0, data_left_);
    into_.add_body(taken);
    data_left_ -= taken.size();
    if (data_left_ == 0)
        next_ = is_chunked_ ? part::end_of_chunk : part::none;
    return taken.size();
}

// Of lines no more is held than of a head. What is refused is the same wherever the bytes are cut.
std::size_t body_reader::take_line(std::string_view bytes)
{
    auto const lf = bytes.find('\n');
    auto const size = lf == std::string_view::npos ? bytes.size() : lf + 1;
    auto const room = into_.limits().head - gathered_ - line_.size();
    line_ += bytes.substr(0, std::min(size, room));

    auto const scan = scan_line(line_, scanned_);
    scanned_ = scan.position;
    if (scan.is_complete) {
        gathered_ += line_.size();
        framing_ += line_.size();
        error_ = end_line(std::string_view(line_).substr(0, line_.size() - 2));
        line_.clear();
        scanned_ = 0;
    } else if (scan.refused) {
        error_ = scan.refused;
    } else if (size > room) {
        error_ = {431, "the trailers or the header of a chunk are too large"};
    }
    return error_ ? 0 : size;
}

parse_error body_reader::end_line(std::string_view line)
{
    if (framing_ > framing_allowance + 2 * into_.body_so_far())
        return {400, "the chunks of the body have more framing than content"};
    if (next_ == part::size_of_chunk)
        return begin_chunk(line);
    if (next_ == part::trailer && !line.empty())
        return parse_field(line, into_, &internal::request_policy::add_trailer);
    next_ = next_ == part::trailer ? part::none : part::size_of_chunk;
    return line.empty() ? parse_error{} : malformed_chunk;
}

parse_error body_reader::begin_chunk(std::string_view line)
{
    auto const [end, error] = std::from_chars(line.data(), line.data() + line.size(), data_left_, 16);
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    boost::beast::error_code malformed;
    boost::beast::http::chunk_extensions().parse(line, malformed); // what is left
    if (error != std::errc() || malformed)
        return malformed_chunk;
    if (data_left_ == 0) {
        next_ = part::trailer;
        return {};
    }
    next_ = part::data;
    gathered_ = 0;
    return into_.announce(data_left_);
}

} // namespace tidings::detail
