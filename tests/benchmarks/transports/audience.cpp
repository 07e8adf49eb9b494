// SPDX-License-Identifier: BSL-1.0
#include "audience.hpp"

#include "../load.hpp"
#include "http2_frames.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <utility>

namespace tidings::benchmark {

namespace {

constexpr std::size_t most_opening = 64;
constexpr int silence = 200; // milliseconds

// Events that differ in their id alone are not compressed to quite the same number of bytes.
constexpr std::uint64_t most_unsteady = 16;

std::string http1_request(std::string_view coding)
{
    return coding.empty() ? "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                          : fmt::format("GET /compressed HTTP/1.1\r\nHost: localhost\r\n"
                                        "Accept-Encoding: {}\r\n\r\n",
                                        coding);
}

// Asks for all streams of a connection, with windows that never close.
std::string http2_request(std::size_t streams)
{
    using namespace test::h2;
    constexpr std::uint32_t largest = 0x7fffffff, initial = 65535, initial_window_size = 4;
    std::string made(preface);
    made += settings_of({{initial_window_size, largest}});
    made += frame(window_update, 0, 0, number(largest - initial));
    std::string const head = literals(
        {{":method", "GET"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", "/events"}});
    for (std::size_t i = 0; i < streams; ++i)
        made += frame(headers, end_stream | end_headers, static_cast<std::uint32_t>(2 * i + 1), head);
    return made;
}

} // namespace

audience::audience(std::uint16_t port, speech how, std::size_t streams_a_connection, std::string_view coding)
    : port_(port), how_(how), streams_a_connection_(streams_a_connection),
      unsteady_(coding.empty() ? 0 : most_unsteady),
      request_(how.is_http2 ? http2_request(streams_a_connection) : http1_request(coding)),
      tls_(how.is_http2), epoll_(epoll_create1(0)), bytes_(256 * 1024)
{}

audience::~audience()
{
    for (auto const& each : connections_)
        close(each.descriptor);
    close(epoll_);
}

void audience::open(std::size_t streams)
{
    std::size_t const wanted = this->streams() + streams;
    connections_.reserve((wanted + streams_a_connection_ - 1) / streams_a_connection_);
    while (this->streams() < wanted || opening_ != 0) {
        while (this->streams() < wanted && opening_ < most_opening)
            open_one();
        if (!read(5000))
            fail("a stream is not opened");
    }
}

void audience::open_one()
{
    int const fd = connect_to(port_);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = connections_.size();
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    ++opening_;
    auto& made = connections_.emplace_back(fd, how_.is_tls ? tls_.begin(fd) : nullptr);
    how_.is_tls ? go_on_opening(made) : ask(made);
}

void audience::go_on_opening(connection& which)
{
    if (!is_established(which.tls))
        return;
    which.is_opening = false;
    --opening_;
    ask(which);
    if (!how_.is_http2)
        which.tls.reset();
}

void audience::ask(connection& which) const
{
    int const size = static_cast<int>(request_.size());
    auto const sent = which.tls ? SSL_write(which.tls.get(), request_.data(), size)
                                : send(which.descriptor, request_.data(), request_.size(), MSG_NOSIGNAL);
    if (sent != size)
        fail("the server does not take a request");
}

void audience::settle()
{
    while (read(silence))
        continue;
}

// Twice nearly the same: a head may still have been on its way, or a part of the event on a busy machine.
void audience::learn(std::function<void()> const& publish)
{
    whole_ = 0;
    for (std::uint64_t before = 0;
         whole_ == 0 || whole_ + unsteady_ < before || before + unsteady_ < whole_;) {
        before = std::exchange(whole_, 0);
        for (auto& each : connections_)
            each.got = 0;
        publish();
        auto const is_missing = [](connection const& each) { return each.got == 0; };
        while (std::ranges::any_of(connections_, is_missing))
            if (!read(10'000))
                fail("an event does not come to each stream");
        settle();
        std::uint64_t const first = connections_.front().got;
        if (std::ranges::all_of(connections_, [&](connection const& each) { return each.got == first; }))
            whole_ = first;
    }
}

void audience::receive(std::function<void()> const& publish, std::vector<float>& delays)
{
    for (auto& each : connections_)
        each.got = 0;
    complete_ = 0;
    delays_ = &delays;
    sent_ = std::chrono::steady_clock::now();
    publish();
    while (complete_ < connections_.size())
        if (!read(10'000))
            fail("events are missing");
    delays_ = nullptr;
}

// False when nothing has come for so many milliseconds.
bool audience::read(int patience)
{
    std::array<epoll_event, 128> ready;
    int const count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), patience);
    for (int i = 0; i < count; ++i) {
        auto& from = connections_[ready[static_cast<std::size_t>(i)].data.u64];
        if (from.tls && from.is_opening) {
            go_on_opening(from);
            continue;
        }
        long const got = from.tls ? read_some(from.tls, bytes_.data(), static_cast<int>(bytes_.size()))
                                  : recv(from.descriptor, bytes_.data(), bytes_.size(), MSG_DONTWAIT);
        if (got < 0 || (got == 0 && !from.tls))
            fail("the server has ended a connection");
        take(from, static_cast<std::size_t>(got));
    }
    return count > 0;
}

void audience::take(connection& from, std::size_t bytes)
{
    if (from.is_opening) {
        from.is_opening = false;
        --opening_;
    }
    std::uint64_t const before = from.got;
    from.got += bytes;
    std::uint64_t const least = whole_ - std::min(whole_, unsteady_);
    if (before < least && from.got >= least)
        ++complete_;
    if (!delays_)
        return;
    std::chrono::duration<float, std::micro> const delay = std::chrono::steady_clock::now() - sent_;
    auto const come = [&](std::uint64_t bytes) { return bytes * streams_a_connection_ / whole_; };
    delays_->insert(delays_->end(), come(from.got) - come(before), delay.count());
}

} // namespace tidings::benchmark
