// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "speech.hpp"
#include "tls_side.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::benchmark {

/// Streams of a server, of which only bytes are counted: it takes the processor as little as it can. What
/// comes over HTTP/1.1 and TLS it does not even decrypt; over HTTP/2 it does, since records do not come in
/// equal pieces there.
class audience
{
public:
    /// Of all streams of a server; with a content coding over HTTP/1.1 of those that are compressed.
    audience(std::uint16_t port, speech how, std::size_t streams_a_connection, std::string_view coding = {});
    ~audience();
    audience(audience const&) = delete;
    audience& operator=(audience const&) = delete;

    /// Opens at least as many streams more, some 64 connections at a time.
    void open(std::size_t streams);
    std::size_t streams() const { return connections_.size() * streams_a_connection_; }

    /// Reads until nothing has come for a fifth of a second.
    void settle();
    /// Learns how many bytes an event that this call sends brings to each connection.
    void learn(std::function<void()> const& publish);
    /// What it has learned.
    std::uint64_t event_bytes() const { return whole_; }
    /// Sends such an event, and reads until it has come to each stream. How long that took for each of them
    /// is added to `delays`, in microseconds.
    void receive(std::function<void()> const& publish, std::vector<float>& delays);

private:
    struct connection
    {
        int descriptor;
        ssl_ptr tls; // none for those that it reads raw
        bool is_opening = true;
        std::uint64_t got = 0; // of the present event
    };

    void open_one();
    void go_on_opening(connection& which);
    void ask(connection& which) const;
    bool read(int patience);
    void take(connection& from, std::size_t bytes);

    std::uint16_t const port_;
    speech const how_;
    std::size_t const streams_a_connection_;
    std::uint64_t const unsteady_; // by so much an event may be shorter or longer than the one before
    std::string const request_;
    tls_side tls_;
    int const epoll_;
    std::vector<connection> connections_;
    std::size_t opening_ = 0;
    std::vector<char> bytes_;
    std::size_t complete_ = 0; // connections that have the present event
    std::uint64_t whole_ = 0;  // bytes of one on a connection
    std::chrono::steady_clock::time_point sent_;
    std::vector<float>* delays_ = nullptr;
};

} // namespace tidings::benchmark
