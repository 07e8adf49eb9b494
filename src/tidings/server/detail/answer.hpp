// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/exchange.hpp>

namespace tidings::detail {

class connection;

/// The answer that a connection gives to one request: the exchange that is at work, or the stream that it has
/// handed over to a topic; how it ends, and what is counted and logged of that. How its bytes leave says the
/// class of the protocol, which derives from this.
class answer : public carrier
{
public:
    bool is_stream_open() const noexcept { return out_.is_open(); }
    /// Whether it is that of an event stream, also of one whose head has not gone out yet.
    bool is_stream() const noexcept { return is_stream_; }
    std::string_view principal() const noexcept;
    bool is_of(std::string_view name) const noexcept { return principal() == name; }
    half_close on_half_close() const noexcept { return on_half_close_; }
    std::size_t unsent() const noexcept { return out_.unsent(); }

    // What happens to it

    /// The handler is told to end, or the stream that a topic feeds ends.
    void end(end_reason why);
    /// Maybe, as long as it is not said that the client is gone.
    void client_left(bool is_gone);
    /// It is not going to be whole: nothing more of it leaves.
    void abandon(end_reason why);
    /// `why`: for the log.
    void full_buffers(
        std::string_view why = "the server's buffers were full (buffered_bytes), and it held most of them");
    void on_closed();
    /// Tells the client of a stream when to come back.
    void advise(std::chrono::milliseconds pause) { out_.advise(pause); }
    /// Asks the client of a stream whether it is there.
    void probe() { out_.probe(); }
    /// See `open_request::renew`.
    void renew(std::chrono::system_clock::time_point until);

    void feed_failed(std::exception_ptr failure) override;
    void cut(cut_reason why) override;
    std::optional<std::chrono::milliseconds> new_pause(std::uint8_t& told) override;
    void handler_begins(request const& asked) override;
    void log_vanished_client() const;

protected:
    explicit answer(connection& on);
    ~answer();

    /// Runs the handler; the last thing that the caller does, because all may be over before this returns.
    void start(boost::intrusive_ptr<internal::counted> owner, request asked, reception decided);
    /// The exchange has ended, and its stream goes on.
    void carry_on();
    void request_ends(end_reason why, std::optional<cut_reason> cut);
    void log_cut(std::string_view why) const;
    /// It may be what has called.
    void let_exchange_go();
    exchange* running() const noexcept { return exchange_.get(); }
    /// The exchange has ended for good. It goes when the caller lets go of it.
    [[nodiscard]] std::unique_ptr<exchange> take_exchange() noexcept { return std::move(exchange_); }
    /// A stream that was handed over has ended, which is told when the caller lets go of this.
    [[nodiscard]] open_request take_carried() noexcept;
    bool is_carried() const noexcept { return is_carried_; }

    connection& on_;

private:
    /// Lets the client go at once, of which the reason is known: nothing more of the answer leaves.
    virtual void give_up(end_reason why, bool with_reset) = 0;

    // carrier
    internal::event_writer& out() noexcept override { return out_; }
    void request_ends(end_reason why) override { request_ends(why, {}); }
    void rights_end() override;

    std::string what_is_answered() const;

    std::unique_ptr<exchange> exchange_;
    open_request carried_; // after its exchange

protected:
    [[no_unique_address]] internal::event_writer out_; // leaves room for the bits
    bool is_finishing_ : 1 = false;                    // the stream ends once all is sent
    bool is_stream_ : 1 = false;

private:
    bool is_carried_ : 1 = false;
    bool has_end_ : 1 = false; // of the request, a reason that was counted
    half_close on_half_close_ : 2 = half_close::probe;
};

} // namespace tidings::detail
