// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/http2/detail/allowance.hpp>
#include <tidings/server/http2/detail/response_head.hpp>

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct nghttp2_session;

namespace tidings::detail {

/// How a stream or a connection ends (RFC 9113, 7).
enum class http2_error : std::uint32_t
{
    protocol = 1,
    internal = 2,
    refused_stream = 7,
    cancel = 8,
    enhance_your_calm = 11,
};

/// What a session tells one of its streams, and asks of it. It is called from within the session, of which it
/// must call nothing then; and it is not called any more once it has been told that the stream is closed.
class session_stream
{
public:
    virtual void add_field(std::string_view name, std::string_view value) = 0;
    virtual void add_trailer(std::string_view name, std::string_view value) = 0;
    virtual void end_head(bool is_all) = 0;
    virtual void add_body(std::string_view bytes) = 0;
    virtual void end_request() = 0;

    /// So many bytes of its body leave in a frame now, perhaps none. Whether the body ends with them.
    virtual bool sends_last(std::size_t count) = 0;
    /// The peer has widened its window by so many bytes.
    virtual void window_grown(std::size_t by) = 0;
    /// The peer has reset it, or both sides have ended; the session knows it no more.
    virtual void closed() = 0;

protected:
    ~session_stream() = default;
};

/// What a session asks of its connection, called from within it.
class session_user
{
public:
    /// A request begins; null refuses it for a while.
    virtual session_stream* begin_stream(std::int32_t id) = 0;
    /// The peer has answered the last ping.
    virtual void ping_answered() = 0;
    virtual time_point time() const noexcept = 0;

protected:
    ~session_user() = default;
};

/// The server's side of an HTTP/2 connection as frames, from memory to memory: what has come in is given to
/// it, and what is to leave is taken from it. What a peer does too often ends the session. No I/O; on one
/// loop.
class http2_session
{
public:
    struct limits
    {
        std::size_t max_streams;
        std::size_t head_bytes;
    };

    http2_session(session_user& of, limits const& most);

    /// Takes input. False when no more of it can make sense: what there is to leave may still leave.
    bool receive(std::string_view bytes);
    /// The next bytes that are to leave; empty when there are none now. Valid until the session is called
    /// again.
    std::string_view next();
    /// Whether it has ended, and all that was to leave has been taken.
    bool has_ended() const noexcept;
    /// Why we have ended it; null: not for anything that the peer has done.
    char const* complaint() const noexcept { return complaint_; }

    // Answers

    /// The head of an answer; without a body it is all of it.
    void submit_head(std::int32_t stream, response_lines const& head, bool has_body);
    void submit_continue(std::int32_t stream);
    /// Goes on with the body of a stream: its end may leave now.
    void resume(std::int32_t stream);
    /// The same, and up to `most` of these bytes may. They are looked at until `end_offer`, which says how
    /// many have left by `next`.
    void offer(std::int32_t stream, std::span<boost::asio::const_buffer const> bytes, std::size_t most);
    std::size_t end_offer() noexcept;
    /// Ends a stream at once, of which nothing is told any more.
    void reset(std::int32_t stream, http2_error why);
    /// The most that a stream may hand over now of whose bytes so many have not been read. Never are those
    /// more than three quarters of them and what is left of the connection's window: a stream whose client
    /// does not read leaves room to others, and a client that grants more once it has read more than half
    /// has that to read.
    std::size_t window(std::int32_t stream, std::size_t unread) const noexcept;
    /// So many bytes of a request's body were read, and as many more may come.
    void grant(std::int32_t stream, std::size_t bytes);

    // The connection

    void ping();
    /// The client should open no more streams; those that cross this are served.
    void announce_end();
    /// No more streams are served than those that have come.
    void end_streams();
    /// Ends the session; `complaint` is for the log, of static storage.
    void terminate(http2_error why, char const* complaint);

private:
    /// What the library's functions return. All failures but this are of a stream that is gone, of which is
    /// told otherwise.
    static void check(int result);
    static std::string_view view(std::uint8_t const* bytes, std::size_t size) noexcept;
    void count_reset();
    std::size_t take_offered(std::int32_t stream, std::uint8_t* into, std::size_t most) noexcept;

    struct callbacks; ///< in a file of their own, with what they are given to
    friend callbacks;

    static nghttp2_session* begin_session(http2_session& of, limits const& most);

    struct offered
    {
        std::int32_t stream = 0; // none
        std::span<boost::asio::const_buffer const> bytes{};
        std::size_t begin = 0; // in the first piece
        std::size_t left = 0;
        std::size_t taken = 0;
    };

    session_user& user_;
    allowance resets_;
    allowance idle_frames_;
    std::unique_ptr<nghttp2_session, void (*)(nghttp2_session*)> session_;
    offered offered_;
    char const* complaint_ = nullptr;
    bool is_broken_ = false;
};

} // namespace tidings::detail
