// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/protocol.hpp>
#include <tidings/server/http2/detail/http2_candidate.hpp>
#include <tidings/server/http2/http2.hpp>

#include <stdexcept>

namespace tidings {

namespace {

constexpr std::size_t most_streams = 10'000;

class http2_protocol final : public internal::protocol
{
public:
    explicit http2_protocol(http2_options options) : options_(options) {}

    boost::intrusive_ptr<detail::http1_connection> begin(std::shared_ptr<detail::loop_state> const& home,
                                                         internal::peer_socket socket,
                                                         internal::peer_address peer,
                                                         detail::admission given) const override
    {
        return new detail::http2_candidate(home, std::move(socket), peer, given, options_);
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
