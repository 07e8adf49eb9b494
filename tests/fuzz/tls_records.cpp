// SPDX-License-Identifier: BSL-1.0
// What comes to a TLS session: whatever it is and wherever it is cut, the session takes it for what the
// client has written, up to the first byte that was changed, or refuses it; what is sent to a slow client
// arrives unchanged.
#include "input.hpp"
#include "require.hpp"
#include "unit/net/tls/tls_pair.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

using tidings::fuzz::input;
using tidings::fuzz::require;
using tidings::internal::receive_result;
using tidings::test::tls_home;
using tidings::test::tls_pair;

namespace {

std::shared_ptr<tidings::detail::credentials const> const& example()
{
    static auto const made =
        tidings::test::credentials_of({.certificates = {tidings::test::certificate_for("example.org")}});
    return made;
}

// Gives the session these bytes in pieces; false once it has refused them.
bool give(tls_pair& both, std::string_view bytes, std::size_t piece)
{
    while (!bytes.empty()) {
        both.wire.input += bytes.substr(0, piece);
        bytes.remove_prefix(std::min(piece, bytes.size()));
        for (int i = 0; i != 2; ++i) { // a handshake may have been held back
            auto const got = both.receive();
            if (got.what != receive_result::nothing && got.what != receive_result::bytes)
                return false;
            both.at.turn();
        }
    }
    return true;
}

// Anything for a handshake.
void greet(input from)
{
    std::size_t const piece = 1 + from.choose(40);
    tls_home home;
    tls_pair both(home, example());
    bool const is_hello = from.choose(1) == 1; // a true one, changed in one place
    std::string bytes = is_hello ? both.client->take() : std::string(from.rest());
    if (is_hello && !bytes.empty()) {
        std::size_t const place = (from.choose(255) * 256 + from.choose(255)) % bytes.size();
        bytes[place] = static_cast<char>(bytes[place] ^ from.choose(255));
    }
    (void)give(both, bytes, piece);
    require(both.received.empty(), "nothing is received before the handshake is done", both.received);
    both.exchange();
}

// Records of an established session, cut, changed, and mixed with others.
void converse(input from)
{
    std::size_t const piece = 1 + from.choose(100);
    std::size_t const texts = from.choose(4);
    tls_home home;
    tls_pair both(home, example(), {.is_at_most_1_2 = from.choose(3) == 0});
    both.exchange();
    require(both.session->is_established(), "a true client is served");
    std::string written;
    bool is_true = true;
    for (std::size_t i = 0; i != texts && is_true; ++i) {
        auto const text = from.text(from.choose(255));
        if (text.empty())
            continue;
        both.client->write(text);
        std::string record = both.client->take();
        std::size_t const change = from.choose(3) == 0 ? from.choose(255) : 0;
        std::size_t const place = from.choose(255) % record.size();
        record[place] = static_cast<char>(record[place] ^ change);
        if (change == 0)
            written += text;
        is_true = change == 0;
        bool const is_taken = give(both, record, piece);
        require(is_taken || !is_true, "what a client has written is taken");
    }
    if (from.choose(3) == 0)
        (void)give(both, from.rest(), piece);
    require(both.received == written, "what is received was written", both.received);
}

// A client that reads now and then.
void answer(input from)
{
    tls_home home;
    tls_pair both(home, example());
    both.exchange();
    std::string taken;
    while (!from.is_empty()) {
        std::size_t const room = from.choose(255) * 16;
        std::string const text(from.choose(255) * 100, static_cast<char>('a' + from.choose(25)));
        both.wire.room = room;
        both.session->on_writable();
        std::array const pieces{
            boost::asio::const_buffer(text.data(), text.size() / 2),
            boost::asio::const_buffer(text.data() + text.size() / 2, text.size() - text.size() / 2)};
        taken += text.substr(0, both.session->send(pieces).count);
        home.turn();
        require(both.session->unsent() < 17 * 1024, "one record waits, at most");
    }
    both.wire.room = SIZE_MAX;
    both.session->on_writable();
    both.exchange();
    require(both.at_client == taken, "what was taken arrives");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    input from(data, size);
    switch (from.choose(2)) {
    case 0:
        greet(from);
        break;
    case 1:
        converse(from);
        break;
    default:
        answer(from);
        break;
    }
    return 0;
}
