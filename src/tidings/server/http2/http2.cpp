// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/http1_connection.hpp>
#include <tidings/server/detail/protocol.hpp>
#include <tidings/server/http2/detail/http2_connection.hpp>
#include <tidings/server/http2/http2.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace tidings {

namespace {

constexpr std::size_t most_streams = 10'000;
constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection that speaks HTTP/1.1 unless it turns out to speak HTTP/2: over TLS the client has said so
/// when the session was made; else its first bytes do, where that is allowed. Then an `http2_connection` goes
/// on with its socket, and this one ends.
class http2_candidate final : public detail::http1_connection
{
public:
    http2_candidate(std::shared_ptr<detail::loop_state> const& home, internal::peer_socket socket,
                    internal::peer_address peer, detail::admission given, http2_options const& options)
        : http1_connection(home, std::move(socket), peer, given), options_(options)
    {}

private:
    void on_input(std::string_view bytes) override;
    void become_http2(std::string_view first, std::string_view rest);

    http2_options options_;
    std::size_t matched_ = 0; // bytes of what every HTTP/2 connection begins with
    bool is_decided_ = false;
};

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
    boost::intrusive_ptr<detail::http2_connection> const next(
        new detail::http2_connection(home, hand_over(), peer(), how_admitted(), options_.max_streams));
    next->start(std::string(first).append(rest));
}

class http2_protocol final : public internal::protocol
{
public:
    explicit http2_protocol(http2_options options) : options_(options) {}

    boost::intrusive_ptr<detail::http1_connection> begin(std::shared_ptr<detail::loop_state> const& home,
                                                         internal::peer_socket socket,
                                                         internal::peer_address peer,
                                                         detail::admission given) const override
    {
        return new http2_candidate(home, std::move(socket), peer, given, options_);
    }

private:
    http2_options const options_;
};

} // namespace

std::shared_ptr<internal::protocol> http2(http2_options options)
{
    if (options.max_streams == 0 || options.max_streams > most_streams)
        throw std::invalid_argument("tidings: http2_options::max_streams is 1 at least and 10,000 at most");
    return std::make_shared<http2_protocol>(options);
}

} // namespace tidings
