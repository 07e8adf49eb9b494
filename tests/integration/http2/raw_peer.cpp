// SPDX-License-Identifier: BSL-1.0
#include "raw_peer.hpp"

#include <sys/socket.h>

#include <array>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <stdexcept>

namespace tidings::test {

namespace {

constexpr int patience = 10'000; // ms

} // namespace

head_reader::head_reader()
{
    nghttp2_hd_inflate_new(&fields_);
}

head_reader::~head_reader()
{
    nghttp2_hd_inflate_del(fields_);
}

std::string head_reader::status(std::string_view block)
{
    std::string found;
    for (int flags = 0; (flags & NGHTTP2_HD_INFLATE_FINAL) == 0;) {
        nghttp2_nv field{};
        auto const used = nghttp2_hd_inflate_hd2(
            fields_, &field, &flags, reinterpret_cast<std::uint8_t const*>(block.data()), block.size(), 1);
        if (used < 0)
            throw std::runtime_error("the server's head cannot be read");
        block.remove_prefix(static_cast<std::size_t>(used));
        std::string_view const name(reinterpret_cast<char const*>(field.name), field.namelen);
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0 && name == ":status")
            found.assign(reinterpret_cast<char const*>(field.value), field.valuelen);
    }
    nghttp2_hd_inflate_end_headers(fields_);
    return found;
}

raw_peer::raw_peer(std::uint16_t port, std::string const& settings) : socket(port)
{
    send(std::string(h2::preface) + settings);
}

void raw_peer::ask(std::uint32_t stream, std::string const& path, std::string const& method, bool is_all,
                   h2::field_list const& more)
{
    h2::field_list all{{":method", method}, {":scheme", "http"}, {":authority", "a"}, {":path", path}};
    all.insert(all.end(), more.begin(), more.end());
    send(h2::frame(h2::headers, h2::end_headers | (is_all ? h2::end_stream : 0), stream, h2::literals(all)));
}

void raw_peer::widen(std::uint32_t stream, std::size_t by)
{
    send(h2::frame(h2::window_update, 0, stream, h2::number(static_cast<std::uint32_t>(by))));
}

void raw_peer::reset(std::uint32_t stream)
{
    send(h2::frame(h2::rst_stream, 0, stream, h2::number(NGHTTP2_CANCEL)));
}

bool raw_peer::read_until(std::function<bool()> const& is_so)
{
    while (!is_so()) {
        if (auto const frame = h2::take_frame(received_))
            take(*frame);
        else if (!receive())
            return false;
    }
    return true;
}

bool raw_peer::read_until(std::uint32_t stream, std::string_view text)
{
    return read_until([&] {
        auto& body = of(stream).body;
        auto const at = body.find(text);
        if (at == std::string::npos)
            return false;
        body.erase(0, at + text.size());
        return true;
    });
}

bool raw_peer::is_answered()
{
    send(h2::frame(h2::ping, 0, 0, "question"));
    return read_until([this, next = pongs_ + 1] { return pongs_ == next; });
}

void raw_peer::take(h2::received_frame const& frame)
{
    auto& to = answers_[frame.stream];
    switch (frame.type) {
    case h2::headers:
        to.status = heads_.status(frame.payload);
        break;
    case h2::data:
        to.body += frame.payload;
        if (returns_windows && !frame.payload.empty())
            widen(0, frame.payload.size());
        break;
    case h2::rst_stream:
        to.reset = h2::error_name(frame.payload);
        break;
    case h2::settings:
        if ((frame.flags & h2::ack) == 0)
            send(h2::frame(h2::settings, h2::ack, 0));
        break;
    case h2::ping:
        ++((frame.flags & h2::ack) != 0 ? pongs_ : pings);
        if ((frame.flags & h2::ack) == 0 && answers_pings)
            send(h2::frame(h2::ping, h2::ack, 0, frame.payload));
        break;
    case h2::goaway:
        goaway = h2::error_name(std::string_view(frame.payload).substr(4));
        break;
    default:
        break;
    }
    if ((frame.type == h2::headers || frame.type == h2::data) && (frame.flags & h2::end_stream) != 0)
        to.has_end = true;
}

bool raw_peer::receive()
{
    pollfd waiting{socket.native_handle(), POLLIN, 0};
    if (::poll(&waiting, 1, patience) == 0)
        throw std::runtime_error("raw_peer: the server has said nothing for ten seconds");
    std::array<char, 16'384> some; // NOLINT: filled by what comes
    auto const count = ::recv(socket.native_handle(), some.data(), some.size(), 0);
    if (count > 0)
        received_.append(some.data(), static_cast<std::size_t>(count));
    return count > 0;
}

} // namespace tidings::test
