// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop_timer.hpp>
#include <tidings/server/server_options.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/stream/internal/event_writer.hpp>
#include <tidings/stream/internal/handler_run.hpp>
#include <tidings/stream/internal/transport.hpp>
#include <tidings/testing/received_head.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/internal/tasks.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <span>
#include <string>

namespace tidings::testing::detail {

/// A handler and its stream in memory, and the peer: it keeps what it was sent, and takes no more than it is
/// told to. Lives until the handler has returned.
class memory_run final : public internal::counted, internal::transport, public internal::handler_run
{
public:
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    memory_run(boost::asio::io_context& loop, handler answer, request asked, server_options options);

    void start() { internal::handler_run::start(this, handler_.call); }

    // What the peer and the server do. On the loop.
    void leave();
    void half_close();
    void reset();
    void vanish();
    void stop_server();
    void set_capacity(std::size_t bytes);

    std::optional<received_head> const& head() const noexcept { return head_; }
    std::string const& text() const noexcept { return text_; }
    std::optional<cut_reason> why_cut() const noexcept { return why_cut_; }
    bool is_over() const noexcept { return is_over_; }
    bool is_abandoned() const noexcept { return is_abandoned_; }
    std::exception_ptr failure() const noexcept { return failure_; }
    std::optional<response> const& answer() const noexcept { return answer_; }

private:
    /// What the kernel does to find a peer that has vanished while nothing is sent to it.
    class probe_timer final : internal::loop_timer
    {
    public:
        probe_timer(context const& ctx, memory_run& run) noexcept
            : internal::loop_timer(internal::home_of(ctx)), run_(run)
        {}
        void start(duration until) { set(now() + until); }

    private:
        void on_time() override { run_.probes_unanswered(); }
        memory_run& run_;
    };

    // transport
    std::string stream_head(int status, headers const& fields) override;
    std::string plain_head(int, headers const&, std::uint64_t) override { return {}; } // see `send_response`
    internal::framing body_framing() const noexcept override { return internal::framing::none; }
    internal::write_result write(std::span<boost::asio::const_buffer const> pieces) override;
    void await_writable() override { is_awaited_ = true; }
    void lost() override {}
    void finish() override;
    void feed_failed(std::exception_ptr failure) override { failure_ = std::move(failure); }
    void cut(cut_reason why) override;

    // handler_run
    boost::asio::awaitable<bool> send_response(response& answer) override;
    void handler_sent_nothing() override {}
    void handler_failed(std::exception_ptr failure) override { failure_ = std::move(failure); }
    std::optional<event_text> last_words(std::exception_ptr failure) override;
    void handler_abandoned() override;
    void ended(bool may_reuse) override;

    void probes_unanswered();
    void lose();
    void be_over();

    server_options const options_;
    internal::writer_options const writing_;
    internal::event_writer body_;
    handler const handler_;
    probe_timer probes_;
    std::optional<received_head> head_;
    std::string text_;
    std::optional<response> answer_;
    std::optional<cut_reason> why_cut_;
    std::size_t capacity_ = unlimited; // bytes that will still be taken
    bool is_closed_ = false;           // the peer has closed: it keeps nothing of what it is sent
    bool is_gone_ = false;
    std::exception_ptr failure_;
    bool is_awaited_ = false;
    bool is_finishing_ = false;
    bool is_abandoned_ = false;
    bool is_over_ = false;
};

} // namespace tidings::testing::detail
