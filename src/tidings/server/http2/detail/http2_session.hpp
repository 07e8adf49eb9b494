// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/http2/detail/allowance.hpp>
#include <tidings/server/http2/detail/response_head.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct nghttp2_session;

namespace tidings::detail {

/// How a stream or a connection ends (RFC 9113, 7).
enum class http2_error : std::uint32_t
{
    none = 0,
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
    virtual bool is_request_whole() const noexcept = 0;

    struct provided
    {
        std::size_t count = 0;
        bool is_end = false; ///< of the body; with neither, more comes later
    };
    /// Bytes of the body that may leave now.
    virtual provided provide(char* into, std::size_t most) = 0;
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
    /// A window has grown.
    virtual void window_grown() = 0;
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
    ~http2_session();

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
    /// `provide` has something now.
    void resume(std::int32_t stream);
    /// Ends a stream at once, of which nothing is told any more.
    void reset(std::int32_t stream, http2_error why);
    /// The most that a stream may hand over now. It never gets more than three quarters of what is left of
    /// the connection's window and what it has taken of that itself: one whose client does not read leaves
    /// room to others, and a client that grants more once it has read more than half has that to read.
    std::size_t window(std::int32_t stream) const noexcept;
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

    struct callbacks; ///< in a file of their own, with what they are given to
    friend callbacks;

    static nghttp2_session* begin_session(http2_session& of, limits const& most);

    struct deleter
    {
        void operator()(nghttp2_session* of) const noexcept;
    };

    session_user& user_;
    allowance resets_;
    allowance idle_frames_;
    std::unique_ptr<nghttp2_session, deleter> session_;
    char const* complaint_ = nullptr;
    bool is_broken_ = false;
};

} // namespace tidings::detail
