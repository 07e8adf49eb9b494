// SPDX-License-Identifier: BSL-1.0
#include "byte_stream.hpp"

#include "local_socket.hpp"

#include <array>
#include <poll.h>
#include <stdexcept>
#include <utility>

namespace tidings::test {

byte_stream::byte_stream(std::uint16_t port) : socket_(connected_to(port)) {}

byte_stream::byte_stream(std::uint16_t port, tls_client_options const& options)
    : socket_(connected_to(port)), tls_(std::make_unique<tls_client>(options))
{
    flush();
    while (!tls_->is_established() && tls_->failure().empty() && receive_some())
        flush();
    flush();
    if (!tls_->is_established())
        throw std::runtime_error("byte_stream: no TLS session: " + tls_->failure());
}

bool byte_stream::receive_some()
{
    std::array<char, 16 * 1024> some{};
    wait_for(socket_, POLLIN);
    auto const got = socket_.receive(some);
    std::string_view const bytes(some.data(), got.count);
    has_ended_ = got.what != internal::receive_result::bytes;
    if (tls_)
        tls_->feed(bytes);
    else
        received_ += bytes;
    return !has_ended_;
}

// A server that waits until its answers are read takes nothing meanwhile.
void byte_stream::send_now(std::string_view bytes)
{
    while (!bytes.empty() && !has_ended_) {
        boost::asio::const_buffer const piece(bytes.data(), bytes.size());
        auto const sent = socket_.send({&piece, 1});
        if (sent.is_broken)
            return;
        bytes.remove_prefix(sent.count);
        if (sent.count == 0 && (wait_for(socket_, POLLIN | POLLOUT) & POLLIN) != 0)
            receive_some();
    }
}

void byte_stream::flush()
{
    send_now(tls_->take());
}

void byte_stream::send(std::string_view bytes)
{
    if (!tls_)
        return send_now(bytes);
    tls_->write(bytes);
    flush();
}

std::string byte_stream::receive()
{
    for (;;) {
        if (tls_)
            received_ += tls_->read();
        if (!received_.empty() || has_ended_)
            return std::exchange(received_, {});
        receive_some();
    }
}

} // namespace tidings::test
