// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/http2/detail/http2_candidate.hpp>
#include <tidings/server/http2/detail/http2_connection.hpp>

#include <string>

namespace tidings::detail {

namespace {

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

} // namespace

void http2_candidate::on_input(std::string_view bytes)
{
    if (is_decided_)
        return http1_connection::on_input(bytes);
    if (auto const* const tls = socket().tls()) {
        is_decided_ = true;
        return tls->protocol() == "h2" ? become_http2({}, bytes) : http1_connection::on_input(bytes);
    }
    std::string_view const before = preface.substr(0, matched_);
    std::string_view const expected = preface.substr(matched_, bytes.size());
    if (options_.prior_knowledge && bytes.starts_with(expected)) {
        matched_ += expected.size();
        if (matched_ == preface.size())
            become_http2(preface, bytes.substr(expected.size()));
        return;
    }
    is_decided_ = true;
    if (!before.empty())
        http1_connection::on_input(before);
    http1_connection::on_input(bytes);
}

void http2_candidate::become_http2(std::string_view first, std::string_view rest)
{
    is_decided_ = true;
    auto const home = shared_home();
    boost::intrusive_ptr<http2_connection> const next(
        new http2_connection(home, hand_over(), peer(), how_admitted(), options_.max_streams));
    next->start(std::string(first).append(rest));
}

} // namespace tidings::detail
