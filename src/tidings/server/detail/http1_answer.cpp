// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/http1_answer.hpp>
#include <tidings/server/detail/http1_connection.hpp>
#include <tidings/server/detail/server_log.hpp>

#include <fmt/format.h>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// Browsers open at most six HTTP/1.1 connections to one server: the seventh tab waits for ever, and silently.
constexpr std::size_t many_streams_of_one_address = 5;

} // namespace

http1_answer::http1_answer(http1_connection& on) : answer(on) {}

http1_connection& http1_answer::on() const noexcept
{
    return static_cast<http1_connection&>(on_);
}

void http1_answer::begin(request asked, reception decided)
{
    is_http_1_0_ = asked.version() == "HTTP/1.0";
    may_reuse_ = asked.keep_alive();
    if (is_limited_)
        on().socket()->limit_unacknowledged({});
    is_limited_ = false;
    start(&on(), std::move(asked), std::move(decided));
}

// What happens to it

void http1_answer::too_much_input()
{
    log_cut("the client sent more than discarded_input_bytes into its open stream");
    request_ends(end_reason::canceled, {});
    give_up(end_reason::client_gone, false);
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

// What becomes of it

void http1_answer::stream_begins(std::size_t of_address, duration age)
{
    is_stream_ = true;
    on().stream_begins(age);
    if (of_address == many_streams_of_one_address)
        on_.shared().log(
            log_kind::many_streams, log_level::warning,
            fmt::format("{} holds its fifth stream over HTTP/1.1; a browser stops at six connections and its "
                        "next tab would wait silently: carry several topics in one stream, or put a proxy "
                        "that speaks HTTP/2 in front",
                        running()->asked().remote_address()));
}

void http1_answer::exchange_ended(bool is_whole)
{
    if (running()->is_attached() && !on().is_closed()) {
        on().stream_is_carried();
        return carry_on();
    }
    auto const finished = take_exchange();
    out_.stop_keep_alive();
    on().answer_ended(is_whole);
}

void http1_answer::close_now()
{
    on().close_now();
}

void http1_answer::give_up(end_reason why, bool with_reset)
{
    on().give_up(why, with_reset);
}

// How its bytes leave

internal::head_params http1_answer::params() const noexcept
{
    bool const stays_open = running()->asked().keep_alive() && on().may_stay_open();
    return {.http_minor = is_http_1_0_ ? 0 : 1, .keep_alive = stays_open, .date = on_.home().date()};
}

std::string http1_answer::stream_head(int status, headers const& fields)
{
    // Its events may all find room in the kernel, and then no deadline of the writer's runs. A plain answer
    // has an end, and the peer of one that waits is asked by probes, which this limit would cut short.
    auto const& options = out_.options();
    on().socket()->limit_unacknowledged(
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
    if (on().is_closed())
        return {.is_gone = true};
    auto const sent = on().socket().send(pieces);
    is_lost_ = sent.is_lost;
    return {.taken = sent.count, .is_gone = sent.is_broken};
}

std::size_t http1_answer::underway() const noexcept
{
    return on().socket()->unacknowledged();
}

void http1_answer::await_writable()
{
    is_awaited_ = true;
    on().watch_writing();
}

void http1_answer::lost()
{
    if (!on().is_closed())
        is_lost_ ? cut(cut_reason::write_timeout) : on().client_gone();
}

void http1_answer::finish()
{
    if (on().is_closed())
        return;
    is_finishing_ = true;
    out_.end_body(); // once is enough
    out_.flush();
    bool const is_at_work = running() && running()->is_answering();
    if (on().is_closed() || out_.unsent() != 0 || is_at_work)
        return;
    request_ends(end_reason::handler_returned, {});
    let_exchange_go();
    on().stream_ended(take_carried());
}

} // namespace tidings::detail
