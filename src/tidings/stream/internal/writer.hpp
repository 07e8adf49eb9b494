// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop_timer.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/stream/detail/patience.hpp>
#include <tidings/stream/internal/outbox.hpp>
#include <tidings/stream/internal/transport.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/internal/progress.hpp>

#include <boost/asio/buffer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tidings::internal {

/// The times and limits of one connection's writing side.
struct writer_options
{
    /// A stream that was silent for this long, or up to a 32nd less, sends a comment; zero and below: never.
    duration keep_alive = std::chrono::seconds(15);
    /// The peer has to take something within this time while bytes wait; zero and below: no limit.
    duration write_timeout = std::chrono::seconds(10);
    /// Bytes a second that the peer has to take while bytes wait, once it has used the write timeout up; 0:
    /// any byte is enough.
    std::size_t least_rate = 0;
    /// Unsent bytes that may wait when an event is added; over it the stream is cut.
    std::size_t queue_bytes = 1024 * 1024;
    /// How long before its rights end the client of a stream is told; zero and below: it is not.
    duration expiry_notice{};
};

/// Something that has more to send whenever the connection can take it: a subscriber's place in a topic.
class feed
{
public:
    /// The connection can take more. Called on the stream's loop, with nothing waiting in the writer.
    virtual void refill() = 0;

    /// The stream is over; the feed is forgotten.
    virtual void stream_ended() = 0;

    /// Whether it says itself when clients come back.
    virtual bool sets_retry() const noexcept { return false; }

protected:
    ~feed() = default;
};

/// The writing side of one connection: what is appended leaves in order, the kernel is tried first, and what
/// it does not take waits, bounded in bytes and in time. Used by streams and by plain responses; on one loop.
class writer : internal::loop_timer, progress
{
public:
    /// `over` outlives the writer; `options` too, and what takes its place.
    writer(context const& ctx, transport& over, writer_options const& options);
    ~writer();

    /// What goes for the answer that comes next, before anything of it is appended.
    void use(writer_options const& options) noexcept { options_ = &options; }
    writer_options const& options() const noexcept { return *options_; }

    // Appending. Nothing leaves before `flush` or an await of `written`.

    /// Call it before a whole event is appended: false when the connection is lost. When more than the limit
    /// is waiting already, the stream is cut; so one event more than the limit is the most that is ever held.
    bool make_room();

    /// Room for `size` bytes, to be filled at once.
    char* extend(std::size_t size) { return outbox_.extend(size); }
    void append(std::string_view bytes) { outbox_.append(bytes.data(), bytes.size()); }

    /// Completes when all that has been appended so far was taken by the kernel: true; false when the
    /// connection is lost first, or was before. Awaiting it flushes.
    [[nodiscard]] progress::wait_type written() noexcept;

    // Sending

    /// Sends what the kernel takes now. When something is left, the rest follows by itself.
    void flush();

    /// Sends what was appended and, behind it, pieces that live elsewhere, in one gathered write. The number
    /// of bytes taken of the pieces; what the caller does not append of the rest, it sends again later (as a
    /// `feed`).
    std::size_t write_through(std::span<boost::asio::const_buffer const> pieces);

    std::size_t unsent() const noexcept { return outbox_.size(); }
    /// How many bytes the transport has taken so far.
    std::uint64_t taken() const noexcept { return reached(); }
    using loop_timer::now;
    loop& home_loop() const noexcept { return loop_timer::home(); }
    bool is_lost() const noexcept { return has_ended(); }
    /// The transport takes nothing now; it will tell when it does.
    bool is_blocked() const noexcept { return is_waiting_; }

    /// The transport can take more.
    void on_writable();

    /// The connection is gone: what is unsent is dropped, and whom it concerns is told, here and nowhere
    /// else: who waits, the feed, and last the transport.
    void lose();

    /// Starts the keep-alive of a stream, that is the calls of `on_interval`.
    void keep_alive();
    void stop_keep_alive() noexcept { is_kept_alive_ = false; }

    /// Asked for more whenever the connection can take it; null to take it away.
    void set_feed(feed* more) noexcept { feed_ = more; }
    /// Tells the feed, if any, that the stream is over.
    void end_feed();

    transport& over() const noexcept { return over_; }

protected:
    bool does_feed_set_retry() const noexcept { return feed_ && feed_->sets_retry(); }

    // Of the body that `event_writer` writes: bytes that cost a connection nothing here.
    bool is_open_ = false;
    framing framing_ = framing::none;
    bool has_own_retry_ = false;  // the handler has sent one
    std::uint8_t told_pause_ = 0; // see `transport::new_pause`

private:
    /// The keep-alive interval is over; `is_silent`: nothing was written in it.
    virtual void on_interval(bool is_silent) = 0;

    void drive() override { flush(); }
    loop& home() const noexcept override { return loop_timer::home(); }
    void on_time() override;
    void check_write_deadline();
    void check_silence();
    void send_outbox();
    std::size_t offer(std::span<boost::asio::const_buffer const> pieces);
    void wait_until_writable();
    void account(std::size_t taken);
    time_point silence_ends() const noexcept;
    std::uint64_t taken_by_peer() const noexcept;

    bool is_waiting_ = false; // for the transport to become writable
    bool is_kept_alive_ = false;
    transport& over_;
    writer_options const* options_;
    outbox outbox_;
    feed* feed_ = nullptr;
    time_point last_progress_;
    detail::patience patience_;
};

} // namespace tidings::internal
