// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/response_framing.hpp>
#include <tidings/sse/event.hpp>
#include <tidings/sse/event_text.hpp>
#include <tidings/stream/internal/content_coding.hpp>
#include <tidings/stream/internal/transport.hpp>
#include <tidings/stream/internal/writer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace tidings::internal {

/// What has been sent of one body, for who asks; see `event_writer::count_in`.
struct stream_tally
{
    std::uint64_t events = 0;
    std::uint64_t replayed = 0; // of them
    time_point first_event{};
};

/// The writing side of a connection that can carry an event stream: puts each piece into the framing of its
/// transport. It belongs to the connection and outlives the handler and its `event_stream`: what a topic
/// feeds to a stream goes on through it. On one loop.
class event_writer final : public writer
{
public:
    /// What the writer asks of its stream.
    class idle_hook
    {
    public:
        /// Nothing was written for the keep-alive interval.
        virtual void on_idle() = 0;

    protected:
        ~idle_hook() = default;
    };

    using writer::append;
    using writer::writer;

    /// The body begins, behind that head, and is in that coding, if any: from now on events may be appended.
    void begin(std::string_view head, std::shared_ptr<content_coding const> coding = {});

    // Appending: nothing leaves before a flush, and nothing is kept of a lost connection's, nor outside of a
    // body. What cannot be sent throws `std::invalid_argument`, see `checked_size`.

    void append(event const& value);
    void append(event_text const& text);
    void append_comment(std::string_view text);

    /// Sends frames, as far as the connection takes them; the number that need not be sent again.
    std::size_t deliver(std::span<shared_frame const> frames);

    /// So many of the events that were delivered had been kept for a client that comes back.
    void count_replayed(std::size_t events) noexcept
    {
        if (tally_)
            tally_->replayed += events;
    }

    /// Sends a comment at once, to learn from the kernel whether the peer is there.
    void probe();
    /// Whether the body has begun, and not ended.
    bool is_open() const noexcept { return is_open_; }
    /// Appends how long the client is to wait before it reconnects, if that has changed; unless the body has
    /// ended, or not begun, or who feeds it has said so. Whether it did.
    bool append_new_pause();
    /// Tells it at once, unless as above.
    void advise(std::chrono::milliseconds pause);

    /// Starts the keep-alive of a stream, and the calls of `hook`; one that runs goes on with this hook.
    void keep_alive(idle_hook& hook)
    {
        hook_ = &hook;
        writer::keep_alive();
    }
    /// From now on the body's comments in silence are its own, and no hook is asked.
    void keep_alive_alone() noexcept { hook_ = nullptr; }

    /// Has events counted from now on, but no comments of its own and no advice; null: no more.
    void count_in(stream_tally* tally) noexcept { tally_ = tally; }

    // The end

    /// Appends a last event that ends the stream for good: `;finished` is added to its id.
    void append_finish(event const& last);
    /// `encoded_size`, which throws for what cannot be sent, as this does for an id that marks a finished
    /// stream.
    static std::size_t checked_size(event const& value);
    /// Whether an id is one that `append_finish` sent.
    static bool is_finished_id(std::string_view id) noexcept;
    /// By how much `append_finish` makes an id longer.
    static constexpr std::size_t finished_mark_size = 9;

    /// Appends the end of a body that has begun; nothing but another `begin` follows it, and no comment in
    /// silence. Once is enough.
    void end_body();
    /// The head is all: what answers a HEAD has no body, and takes nothing that is appended.
    void drop_body() noexcept { is_open_ = false; }
    /// Ends the body after what is unsent, and then the stream; its client comes back.
    void finish() { over().finish(); }
    void cut(cut_reason why) { over().cut(why); }
    /// Cuts it for what its feed has thrown.
    void fail(std::exception_ptr failure)
    {
        over().feed_failed(std::move(failure));
        cut(cut_reason::handler_failed);
    }

private:
    template <typename Encode>
    void append_piece(std::size_t size, Encode&& encode);
    void append_coded(coded_piece const& piece);
    std::size_t deliver_coded(std::span<shared_frame const> frames);
    std::size_t send_pieces(piece_list const& pieces);
    void append_retry(std::chrono::milliseconds pause);
    bool is_retry_ours() const noexcept { return is_open_ && !has_own_retry_ && !does_feed_set_retry(); }
    void on_interval(bool is_silent) override;

    void count(std::uint64_t more);

    idle_hook* hook_ = nullptr; // while it is kept alive, and not alone
    stream_tally* tally_ = nullptr;
    std::unique_ptr<coded_body> coded_; // while the body is in a content coding
};

} // namespace tidings::internal
