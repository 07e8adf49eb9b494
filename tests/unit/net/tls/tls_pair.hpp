// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/tls/detail/session.hpp>

#include "support/tls_client.hpp"
#include "support/tls_credentials.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tidings::test {

/// A wire in memory, with as much room as it is given.
struct memory_wire final : detail::wire
{
    internal::receive_result receive(std::span<char> into) override
    {
        std::size_t const count = std::min(into.size(), input.size());
        std::copy_n(input.begin(), count, into.begin());
        input.erase(0, count);
        if (count == 0)
            return {ends_with.value_or(internal::receive_result::nothing)};
        return {internal::receive_result::bytes, count};
    }

    internal::send_result send(std::string_view bytes) override
    {
        ++sends;
        if (is_broken)
            return {.is_broken = true};
        std::size_t const count = std::min(bytes.size(), room);
        output.append(bytes.substr(0, count));
        room -= count;
        return {count};
    }

    void await_writable() noexcept override { is_awaited = true; }
    void receive_again() override { ++told_to_receive; }

    std::string input;
    std::string output;
    std::size_t room = SIZE_MAX;
    std::size_t sends = 0;
    std::optional<internal::receive_result::kind> ends_with;
    bool is_broken = false;
    bool is_awaited = false;
    int told_to_receive = 0;
};

/// What the sessions of one loop share.
struct tls_home
{
    boost::asio::io_context io;
    internal::loop& loop = internal::loop::of(io.get_executor());
    detail::send_run run{loop};
    detail::handshakes handshakes{loop, io};

    /// To the end of what is due.
    void turn()
    {
        io.restart();
        io.poll();
    }
};

inline std::shared_ptr<detail::credentials const> credentials_of(tls_options const& options)
{
    auto tickets = std::make_shared<detail::ticket_keys>();
    tickets->use(options.ticket_secrets);
    return std::make_shared<detail::credentials const>(options, std::move(tickets));
}

/// A certificate for this name, which all tests share: made once.
inline tls_certificate certificate_for(std::string const& name)
{
    auto const made = make_certificate({.dns = {name}});
    return {.chain = made.chain, .key = made.key};
}

/// Of example.org: made once.
inline std::shared_ptr<detail::credentials const> const& example_credentials()
{
    static auto const made = credentials_of({.certificates = {certificate_for("example.org")}});
    return made;
}

/// A session, and a client beside it.
struct tls_pair
{
    tls_pair(tls_home& home, std::shared_ptr<detail::credentials const> by,
             tls_client_options const& options = {}, tls_client const* resumed = nullptr,
             bool with_http2 = false)
        : at(home), client(std::make_unique<tls_client>(options, resumed)),
          session(std::make_unique<detail::session>(std::move(by), home.run, home.handshakes, 100, with_http2,
                                                    wire))
    {}

    /// Moves what both have to say, until they are silent; what the session has received is kept in
    /// `received`.
    void exchange()
    {
        for (bool is_busy = true; is_busy;) {
            std::string const said = client->take();
            wire.input += said;
            last = receive();
            at.turn();
            is_busy = !said.empty() || !wire.output.empty();
            client->feed(std::exchange(wire.output, {}));
            at_client += client->is_established() ? client->read() : std::string();
        }
    }

    internal::receive_result receive()
    {
        std::string into(64 * 1024, '\0');
        auto const got = session->receive(into);
        received.append(into.data(), got.what == internal::receive_result::bytes ? got.count : 0);
        return got;
    }

    std::size_t send(std::string_view text) const
    {
        boost::asio::const_buffer const piece(text.data(), text.size());
        return session->send({&piece, 1}).count;
    }

    tls_home& at;
    memory_wire wire;
    std::unique_ptr<tls_client> client;
    std::unique_ptr<detail::session> session;
    std::string received;
    std::string at_client;
    internal::receive_result last{internal::receive_result::nothing};
};

} // namespace tidings::test
