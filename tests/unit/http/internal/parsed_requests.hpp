// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/request_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::test {

/// Feeds all of the pieces; gives the requests that were complete and the status of a refusal, or 0.
class parsed
{
public:
    explicit parsed(std::initializer_list<std::string_view> pieces = {},
                    internal::parser_limits const& limits = {})
        : parser_(limits)
    {
        for (auto piece : pieces)
            feed(piece);
    }

    void feed_byte_by_byte(std::string_view text)
    {
        for (; !text.empty(); text.remove_prefix(1))
            feed(text.substr(0, 1));
    }

    void feed(std::string_view piece)
    {
        while (!piece.empty()) {
            auto const [consumed, state] = parser_.feed(piece);
            REQUIRE(consumed <= piece.size());
            piece.remove_prefix(consumed);
            if (state == internal::parse_state::failed)
                return;
            if (state == internal::parse_state::complete)
                requests_.push_back(parser_.take());
            else
                REQUIRE((piece.empty() || state == internal::parse_state::head_complete));
        }
    }

    std::vector<request> const& requests() const { return requests_; }
    int status() const { return parser_.error().status; }
    std::string_view reason() const { return parser_.error().reason; }
    bool has_begun() const { return parser_.has_begun(); }

private:
    internal::request_parser parser_;
    std::vector<request> requests_;
};

/// The status of a refusal, or 0.
inline int status_of(std::string_view text, internal::parser_limits const& limits = {})
{
    parsed const result({text}, limits);
    CHECK(result.reason().empty() == (result.status() == 0));
    return result.status();
}

/// The status for a 1.1 request with a Host and these further lines.
inline int status_with(std::string const& lines)
{
    return status_of("POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n");
}

/// A 1.1 request in the chunked coding with this body.
inline std::string chunked(std::string const& body)
{
    return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

/// Everything about requests that a handler could see.
inline std::string printed(std::vector<request> const& requests)
{
    std::string text;
    for (auto const& r : requests) {
        text.append(r.method())
            .append(" ")
            .append(r.target())
            .append(" ")
            .append(r.version() == "HTTP/1.1" ? "1.1" : "1.0");
        for (std::size_t i = 0; i != r.header_count(); ++i)
            text.append("|").append(r.header_at(i).first).append("=").append(r.header_at(i).second);
        text.append("|").append(r.body()).append("\n");
    }
    return text;
}

} // namespace tidings::test
