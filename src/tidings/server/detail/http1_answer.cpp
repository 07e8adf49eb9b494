// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/http1_answer.hpp>
#include <tidings/server/detail/http1_connection.hpp>
#include <tidings/server/detail/server_log.hpp>

#include <boost/asio/post.hpp>

#include <fmt/format.h>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// Browsers open at most six HTTP/1.1 connections to one server: the seventh tab waits for ever, and silently.
constexpr std::size_t many_streams_of_one_address = 5;

} // namespace

http1_answer::http1_answer(http1_connection& on)
    : on_(on), out_(on.home().root, *this, on.shared().routes.settings().writing)
{}

void http1_answer::begin(request asked, reception decided)
{
    out_.use(decided.settings->writing);
    on_half_close_ = decided.settings->on_half_close;
    is_http_1_0_ = asked.http_minor() == 0;
    may_reuse_ = asked.keep_alive();
    is_finishing_ = false;
    has_end_ = false;
    if (is_limited_)
        on_.socket()->limit_unacknowledged({});
    is_limited_ = false;
    exchange_ = std::make_unique<exchange>(on_.home(), *this, std::move(asked));
    exchange_->start(&on_, std::move(decided));
}

bool http1_answer::is_of(std::string_view principal) const noexcept
{
    return (exchange_ ? exchange_->asked().principal() : carried_.principal()) == principal;
}

// What happens to it

void http1_answer::end(end_reason why)
{
    // Between the return of the handler and `exchange_ended` a turn of the loop may pass.
    bool const is_fed = !exchange_ || (exchange_->is_attached() && !exchange_->is_running());
    if (!is_fed)
        return exchange_->end(why);
    request_ends(why);
    out_.end_feed();
    finish();
}

// An answer that the handler still gives is written all the same: who has half-closed takes it, and who is
// gone answers with a reset.
void http1_answer::client_left(bool is_gone)
{
    exchange_ ? exchange_->client_left(is_gone) : request_ends(end_reason::client_gone);
}

void http1_answer::abandon(end_reason why)
{
    request_ends(why);
    if (exchange_)
        exchange_->end(why);
}

void http1_answer::full_buffers()
{
    request_ends(end_reason::client_gone, cut_reason::queue_overflow);
    log_cut("the server's buffers were full (buffered_bytes), and it held most of them");
    on_.give_up(end_reason::client_gone, true);
}

void http1_answer::too_much_input()
{
    log_cut("the client sent more than discarded_input_bytes into its open stream");
    request_ends(end_reason::canceled);
    on_.give_up(end_reason::client_gone, false);
}

void http1_answer::on_writable()
{
    if (!is_awaited_)
        return;
    is_awaited_ = false;
    out_.on_writable();
    if (is_finishing_)
        finish();
}

void http1_answer::on_closed()
{
    auto const over = std::move(carried_); // told of last
    out_.lose();
    if (exchange_ && !exchange_->is_answering())
        let_exchange_go();
}

// What becomes of it

void http1_answer::stream_begins(std::size_t of_address, duration age)
{
    on_.stream_begins(age);
    if (of_address == many_streams_of_one_address)
        on_.shared().log(
            log_kind::many_streams, log_level::warning,
            fmt::format("{} holds its fifth stream over HTTP/1.1; a browser stops at six connections and its "
                        "next tab would wait silently: carry several topics in one stream, or put a proxy "
                        "that speaks HTTP/2 in front",
                        exchange_->asked().remote_address()));
}

void http1_answer::exchange_ended(bool is_whole)
{
    if (exchange_->is_attached() && !on_.is_closed())
        return carry_on();
    auto const finished = std::move(exchange_);
    out_.stop_keep_alive();
    on_.answer_ended(is_whole);
}

void http1_answer::carry_on()
{
    on_.stream_is_carried();
    carried_ = std::move(exchange_->open());
    out_.keep_alive_alone();
    auto const finished = std::move(exchange_); // its request and context are not needed any more
    auto const why = finished->get_context().reason();
    // In a drain one that has not been stopped yet waits for its turn.
    if (why == end_reason::deadline_exceeded || why == end_reason::server_stopping ||
        why == end_reason::canceled)
        end(why);
    else if (is_finishing_)
        finish();
}

void http1_answer::request_ends(end_reason why, std::optional<cut_reason> cut)
{
    if (!exchange_ && !on_.has_stream())
        return;
    (exchange_ ? exchange_->open() : carried_).ends(why, cut);
    bool const is_first = !has_end_;
    has_end_ = true;
    auto& counts = on_.shared().counts;
    if (cut == cut_reason::write_timeout)
        ++counts.write_timeouts;
    else if (cut == cut_reason::queue_overflow)
        ++counts.queue_overflows;
    else if (is_first && why == end_reason::client_gone)
        ++counts.clients_gone;
}

// It may be what has called.
void http1_answer::let_exchange_go()
{
    if (exchange_)
        asio::post(on_.home().io.get_executor(), [over = std::move(exchange_)] {});
}

void http1_answer::close_now()
{
    on_.close_now();
}

// How its bytes leave

internal::head_params http1_answer::params() const noexcept
{
    bool const stays_open = exchange_->asked().keep_alive() && on_.may_stay_open();
    return {
        .http_minor = exchange_->asked().http_minor(), .keep_alive = stays_open, .date = on_.home().date()};
}

std::string http1_answer::stream_head(int status, headers const& fields)
{
    // Its events may all find room in the kernel, and then no deadline of the writer's runs. A plain answer
    // has an end, and the peer of one that waits is asked by probes, which this limit would cut short.
    auto const& options = out_.options();
    on_.socket()->limit_unacknowledged(
        internal::unacknowledged_limit(options.keep_alive, options.write_timeout));
    is_limited_ = true;
    may_reuse_ = may_reuse_ && !is_http_1_0_; // whose body ends with the connection
    return internal::stream_head(status, fields, params());
}

std::string http1_answer::plain_head(int status, headers const& fields, std::uint64_t body_size)
{
    return internal::plain_head(status, fields, body_size, params());
}

internal::framing http1_answer::body_framing() const noexcept
{
    return is_http_1_0_ ? internal::framing::none : internal::framing::chunked;
}

internal::write_result http1_answer::write(std::span<asio::const_buffer const> pieces)
{
    if (on_.is_closed())
        return {.is_gone = true};
    auto const sent = on_.socket().send(pieces);
    is_lost_ = sent.is_lost;
    return {.taken = sent.count, .is_gone = sent.is_broken};
}

std::size_t http1_answer::underway() const noexcept
{
    return on_.socket()->unacknowledged();
}

void http1_answer::await_writable()
{
    is_awaited_ = true;
    on_.watch_writing();
}

void http1_answer::lost()
{
    if (!on_.is_closed())
        is_lost_ ? cut(cut_reason::write_timeout) : on_.client_gone();
}

void http1_answer::finish()
{
    if (on_.is_closed())
        return;
    is_finishing_ = true;
    out_.end_body(); // once is enough
    out_.flush();
    bool const is_at_work = exchange_ && exchange_->is_answering();
    if (on_.is_closed() || out_.unsent() != 0 || is_at_work)
        return;
    request_ends(end_reason::handler_returned);
    let_exchange_go();
    on_.stream_ended(std::move(carried_));
}

void http1_answer::feed_failed(std::exception_ptr failure)
{
    on_.shared().log(log_kind::handler_failed, log_level::error,
                     fmt::format("cut {}: a filter failed: {}", what_is_answered(), describe(failure)));
}

void http1_answer::cut(cut_reason why)
{
    request_ends(end_reason::client_gone, why);
    switch (why) {
    case cut_reason::write_timeout:
        log_cut("the client took nothing within the write timeout, or less than the least rate");
        break;
    case cut_reason::queue_overflow:
        log_cut("more was waiting than the queue limit allows");
        break;
    case cut_reason::behind:
        log_cut(
            "it fell behind its topic's history; when clients that read are cut, more is published at once "
            "than topic_options::max_events keeps");
        break;
    case cut_reason::handler_failed:
        break;
    }
    on_.give_up(end_reason::client_gone,
                why == cut_reason::write_timeout || why == cut_reason::queue_overflow);
}

void http1_answer::log_cut(std::string_view why) const
{
    on_.shared().log(log_kind::cut_stream, log_level::warning,
                     fmt::format("cut {}: {}", what_is_answered(), why));
}

void http1_answer::log_vanished_client() const
{
    on_.shared().log(log_kind::client_vanished, log_level::info,
                     fmt::format("cut {}: its client has vanished", what_is_answered()));
}

std::string http1_answer::what_is_answered() const
{
    std::string_view const kind = on_.has_stream() ? "stream of" : "answer to";
    std::string_view const which = exchange_ ? exchange_->asked().path() : "that a topic feeds";
    return fmt::format("the {} {} {}", kind, on_.peer().to_string(), which);
}

} // namespace tidings::detail
