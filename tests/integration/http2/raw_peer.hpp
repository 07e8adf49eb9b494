// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/testing/client.hpp>

#include "support/http2_frames.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct nghttp2_hd_inflater;

namespace tidings::test {

/// Reads the heads of answers, one after the other, since what one says may stand for something in the next.
class head_reader
{
public:
    head_reader();
    ~head_reader();
    head_reader(head_reader const&) = delete;
    head_reader& operator=(head_reader const&) = delete;

    /// The status that this block of fields says; empty when it says none.
    std::string status(std::string_view block);

private:
    nghttp2_hd_inflater* fields_ = nullptr;
};

/// A client that speaks HTTP/2 in frames: it grants, answers and leaves as it is told, which no library would
/// do. A call in which nothing comes for ten seconds throws.
class raw_peer
{
public:
    /// What one stream has brought.
    struct answer
    {
        std::string status{};
        std::string body{};
        bool has_end = false;
        std::string reset{}; ///< "CANCEL"
    };

    /// Says its preface and these settings.
    explicit raw_peer(std::uint16_t port, std::string const& settings = h2::settings_of({}));

    void send(std::string_view frames) { socket.send(frames); }
    /// `is_all`: no body follows.
    void ask(std::uint32_t stream, std::string const& path, std::string const& method = "GET",
             bool is_all = true, h2::field_list const& more = {});
    /// WINDOW_UPDATE of this stream or, 0, of the connection.
    void widen(std::uint32_t stream, std::size_t by);
    void reset(std::uint32_t stream);

    /// Reads until this is so; false when the server has ended the connection before.
    bool read_until(std::function<bool()> const& is_so);
    /// The same until this text has come on a stream; what comes behind it stays.
    bool read_until(std::uint32_t stream, std::string_view text);
    /// Until a ping of ours is answered: all that was sent has been looked at.
    bool is_answered();

    answer& of(std::uint32_t stream) { return answers_[stream]; }

    testing::client socket;
    bool answers_pings = true;
    bool returns_windows = false; ///< of the connection, for each byte at once
    std::string goaway;           ///< "NO_ERROR", of the last one that came
    int pings = 0;                ///< of the server

private:
    void take(h2::received_frame const& frame);
    bool receive();

    head_reader heads_;
    std::string received_;
    std::map<std::uint32_t, answer> answers_;
    int pongs_ = 0;
};

} // namespace tidings::test
