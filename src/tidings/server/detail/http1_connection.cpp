// SPDX-License-Identifier: BSL-1.0
// The phases, the answers and the end; how requests are read is in http1_requests.cpp.
#include <tidings/server/detail/http1_connection.hpp>
#include <tidings/server/detail/receive.hpp>
#include <tidings/server/detail/turn_away.hpp>

#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// How long a peer may take to read a last answer while its own input is thrown away: a reset, which input
// after `close` would cause, could overtake the answer.
constexpr duration linger_time = std::chrono::seconds(2);

// The same in a drain, behind an answer to a request that has come whole. Such a client has nothing more to
// send, so nothing can cause the reset; many keep their side open until they need it again, and a stop would
// wait for each of them. What is left is for a request that crosses our FIN on its way.
constexpr duration linger_time_in_drain = std::chrono::milliseconds(200);

// Browsers open at most six HTTP/1.1 connections to one server: the seventh tab waits for ever, and silently.
constexpr std::size_t many_streams_of_one_address = 5;

constexpr std::string_view full = "the server is full";
constexpr internal::parse_error too_late{408, "the request did not arrive in time"};

} // namespace

http1_connection::http1_connection(std::shared_ptr<loop_state> const& home, internal::stream_socket socket,
                                   internal::peer_address peer, admission given)
    : connection(home, std::move(socket), peer, given),
      out_(home->root, *this, home->shared->settings.writing)
{}

http1_connection::~http1_connection()
{
    close(false);
}

void http1_connection::start(std::string_view already_read)
{
    occupy(occupation_in(phase_));
    connection::start(already_read);
    if (phase_ == phase::fresh || phase_ == phase::head) // its request has not come yet
        enter(phase_);
}

// Phases

void http1_connection::enter(phase next)
{
    phase_ = next;
    occupy(occupation_in(next));
    duration const limit = limit_of(next, shared().options, is_turned_away());
    if (limit > duration::zero())
        set(later(now(), limit));
    else
        clear();
}

void http1_connection::happen(happening what)
{
    switch (react(phase_, what)) {
    case reaction::nothing:
    case reaction::feed: // the three for input: see `on_input`
    case reaction::keep:
    case reaction::discard:
        break;
    case reaction::close:
        return close(false);
    case reaction::close_unheard:
        return is_turned_away() ? refuse_for_now(full) : close(false);
    case reaction::refuse_late:
        return is_turned_away() ? refuse_for_now(full) : refuse(too_late);
    case reaction::refuse_if_slow: {
        auto left = body_time(shared().options, held()) - time_reading();
        if (left <= duration::zero() && socket().has_input()) // we are late, and not the client
            left = std::chrono::seconds(1);
        return left > duration::zero() ? set(later(now(), left)) : refuse(too_late);
    }
    case reaction::refuse_for_now:
        ++shared().counts.refused;
        shared().log(log_kind::refused, log_level::warning,
                     fmt::format("refused a request of {}: the server's buffers were full (buffered_bytes), "
                                 "and it held most of them",
                                 peer().to_string()));
        refuse_for_now("the server's buffers are full");
        return close(false);
    case reaction::settle: // another request than that for a stream is waited for
        if (!incoming_->decided.to || !incoming_->decided.to->is_stream)
            return;
        incoming_->decided.answer = refuse_stream(home(), incoming_->parser.head(), 0);
        return begin_exchange(phase::skipping);
    case reaction::probe:
        if (out_.is_open())
            return on_half_close_ == half_close::end ? client_gone() : out_.probe();
        [[fallthrough]]; // the handler waits before the head
    case reaction::client_left:
        // An answer that the handler still gives is written all the same: who has half-closed takes it, and
        // who is gone answers with a reset. Requests behind this one show that the client wanted its answers
        // when it closed.
        if (on_half_close_ != half_close::keep && !has_request_waiting())
            exchange_->client_left(false);
        return;
    case reaction::end_handler:
        return exchange_->end(what == happening::stop ? end_reason::server_stopping
                                                      : end_reason::deadline_exceeded);
    case reaction::end_feed:
        request_ends(what == happening::stop ? end_reason::server_stopping : end_reason::deadline_exceeded);
        out_.end_feed();
        return finish();
    case reaction::cut:
        request_ends(end_reason::client_gone, cut_reason::queue_overflow);
        log_cut("the server's buffers were full (buffered_bytes), and it held most of them");
        return give_up(end_reason::client_gone, true);
    }
}

void http1_connection::end_stream_of(std::string_view principal)
{
    bool const is_handled = phase_ == phase::streaming && exchange_->asked().principal() == principal;
    bool const is_carried = phase_ == phase::carrying && carried_.principal() == principal;
    if (is_carried || (is_handled && exchange_->is_attached() && !exchange_->is_running())) {
        request_ends(end_reason::canceled);
        out_.end_feed();
        finish();
    } else if (is_handled) {
        exchange_->end(end_reason::canceled);
    } else if (phase_ == phase::body && incoming_->decided.to && incoming_->decided.to->is_stream &&
               incoming_->parser.head().principal() == principal) {
        incoming_->decided.answer =
            shared().refusal(incoming_->parser.head(), 503, "the stream was ended before it began");
        begin_exchange(phase::skipping);
    }
}

void http1_connection::stop(std::optional<std::chrono::milliseconds> retry)
{
    if (retry && is_streaming(phase_))
        out_.advise(*retry); // may find the client gone
    happen(happening::stop);
}

void http1_connection::close_now()
{
    give_up(end_reason::server_stopping, false);
}

void http1_connection::on_closed()
{
    phase_ = phase::closed;
    home().give_back(std::move(incoming_));
    auto const over = std::move(carried_); // told of last
    out_.lose();
    if (exchange_ && !exchange_->is_answering())
        let_exchange_go();
}

// What becomes of an answer

internal::head_params http1_connection::params() const noexcept
{
    bool const stays_open = exchange_->asked().keep_alive() && !home().is_draining && !is_turned_away() &&
                            phase_ != phase::skipping;
    return {.http_minor = exchange_->asked().http_minor(), .keep_alive = stays_open, .date = home().date()};
}

void http1_connection::stream_begins(std::size_t of_address, duration age)
{
    phase_ = phase::streaming;
    if (age > duration::zero())
        set(later(now(), age));
    if (of_address == many_streams_of_one_address)
        shared().log(
            log_kind::many_streams, log_level::warning,
            fmt::format("{} holds its fifth stream over HTTP/1.1; a browser stops at six connections and its "
                        "next tab would wait silently: carry several topics in one stream, or put a proxy "
                        "that speaks HTTP/2 in front",
                        exchange_->asked().remote_address()));
}

void http1_connection::exchange_ended(bool is_whole)
{
    if (exchange_->is_attached() && phase_ != phase::closed)
        return carry_on();
    auto const finished = std::move(exchange_);
    out_.stop_keep_alive();
    if (phase_ == phase::closed)
        return;
    hold(0);
    bool const is_in_step = discarded_ == 0 && phase_ != phase::skipping;
    if (!may_go_on(is_whole && is_in_step))
        return linger(!finished->behind && is_in_step);
    enter(phase::idle);
    if (finished->behind)
        keep(std::move(finished->behind));
    await_request();
}

// `is_in_step`: it is known where the next request begins, since nothing of the input was thrown away.
bool http1_connection::may_go_on(bool is_in_step) const noexcept
{
    return may_reuse_ && is_in_step && !home().is_draining && !is_turned_away();
}

void http1_connection::carry_on()
{
    phase_ = phase::carrying;
    hold(0);
    carried_ = std::move(exchange_->open());
    out_.keep_alive_alone();
    auto const finished = std::move(exchange_); // its request and context are not needed any more
    auto const why = finished->get_context().reason();
    // In a drain one that has not been stopped yet waits for its turn.
    bool const is_to_end = why == end_reason::deadline_exceeded || why == end_reason::server_stopping ||
                           why == end_reason::canceled;
    if (is_to_end) {
        request_ends(why);
        out_.end_feed();
    }
    if (is_to_end || is_finishing_)
        finish();
}

void http1_connection::end_after_answer()
{
    request_ends(end_reason::handler_returned);
    let_exchange_go();
    if (!may_go_on(discarded_ == 0))
        return linger(discarded_ == 0);
    carried_ = {};
    has_input_ended() ? close(false) : enter(phase::idle);
}

void http1_connection::linger(bool is_peer_silent)
{
    if (phase_ == phase::closed)
        return;
    carried_ = {};
    hold(0);
    socket().shutdown_send();
    if (has_input_ended())
        return close(false);
    enter(phase::lingering);
    set(now() + (is_peer_silent && home().is_draining ? linger_time_in_drain : linger_time));
    discarded_ = 0;
    read();
}

void http1_connection::request_ends(end_reason why, std::optional<cut_reason> cut)
{
    if (!exchange_ && phase_ != phase::carrying)
        return;
    (exchange_ ? exchange_->open() : carried_).ends(why, cut);
    bool const is_first = !has_end_;
    has_end_ = true;
    if (cut == cut_reason::write_timeout)
        ++shared().counts.write_timeouts;
    else if (cut == cut_reason::queue_overflow)
        ++shared().counts.queue_overflows;
    else if (is_first && why == end_reason::client_gone)
        ++shared().counts.clients_gone;
}

// It may be what has called.
void http1_connection::let_exchange_go()
{
    if (exchange_)
        asio::post(home().io.get_executor(), [over = std::move(exchange_)] {});
}

// Answers that no exchange gives

// Of a request whose head is not known.
void http1_connection::refuse_for_now(std::string_view why)
{
    send_last_answer(home(), socket(), shared().refusal(request::get("/"), 503, why));
    linger(false);
}

void http1_connection::refuse(internal::parse_error error)
{
    ++shared().counts.bad_requests;
    shared().log(
        log_kind::bad_request, log_level::info,
        fmt::format("refused a request of {}: {} {}", peer().to_string(), error.status, error.reason));
    auto answer = response::text(fmt::format("{}\n", error.reason), error.status);
    internal::access::complete(answer, incoming_->decided.fields);
    send_last_answer(home(), socket(), answer);
    linger(false);
}

void http1_connection::end_for_room()
{
    ++shared().counts.ended_for_room;
    shared().log(log_kind::made_room, log_level::warning,
                 fmt::format("the server is full: gave the slowest request up, of {}, for a newcomer",
                             peer().to_string()));
    refuse_for_now(full);
    close(false);
}

std::size_t http1_connection::can_be_relieved_of() const noexcept
{
    return out_.unsent() + behind().size() + (doing() == occupation::reading ? held() : 0);
}

void http1_connection::client_gone()
{
    if (phase_ == phase::carrying)
        request_ends(end_reason::client_gone);
    else if (exchange_ && phase_ != phase::closed)
        exchange_->client_left(true);
    close(false);
}

void http1_connection::client_lost()
{
    // The kernel may be a little earlier than the deadline of the writer, which counts in its own way.
    if (is_busy(phase_) && (out_.unsent() != 0 || socket().unacknowledged() != 0))
        return cut(cut_reason::write_timeout);
    if (is_busy(phase_))
        shared().log(log_kind::client_vanished, log_level::info,
                     fmt::format("cut {}: its client has vanished", what_is_answered()));
    client_gone();
}

void http1_connection::give_up(end_reason why, bool with_reset)
{
    request_ends(why);
    if (exchange_)
        exchange_->end(why);
    close(with_reset);
}

void http1_connection::log_cut(std::string_view why) const
{
    shared().log(log_kind::cut_stream, log_level::warning,
                 fmt::format("cut {}: {}", what_is_answered(), why));
}

std::string http1_connection::what_is_answered() const
{
    std::string_view const kind = is_streaming(phase_) ? "stream of" : "answer to";
    std::string_view const which = exchange_ ? exchange_->asked().path() : "that a topic feeds";
    return fmt::format("the {} {} {}", kind, peer().to_string(), which);
}

// How the bytes of answers leave

std::string http1_connection::stream_head(int status, headers const& fields)
{
    // Its events may all find room in the kernel, and then no deadline of the writer's runs. A plain answer
    // has an end, and the peer of one that waits is asked by probes, which this limit would cut short.
    auto const& options = out_.options();
    socket().limit_unacknowledged(internal::unacknowledged_limit(options.keep_alive, options.write_timeout));
    is_limited_ = true;
    may_reuse_ = may_reuse_ && !is_http_1_0_; // whose body ends with the connection
    return internal::stream_head(status, fields, params());
}

std::string http1_connection::plain_head(int status, headers const& fields, std::uint64_t body_size)
{
    return internal::plain_head(status, fields, body_size, params());
}

internal::framing http1_connection::body_framing() const noexcept
{
    return is_http_1_0_ ? internal::framing::none : internal::framing::chunked;
}

internal::write_result http1_connection::write(std::span<asio::const_buffer const> pieces)
{
    if (phase_ == phase::closed)
        return {.is_gone = true};
    auto const sent = socket().send(pieces);
    is_lost_ = sent.is_lost;
    return {.taken = sent.count, .is_gone = sent.is_broken};
}

void http1_connection::lost()
{
    if (phase_ != phase::closed)
        is_lost_ ? cut(cut_reason::write_timeout) : client_gone();
}

void http1_connection::await_writable()
{
    is_awaited_ = true;
    watch_writing();
}

void http1_connection::on_writable()
{
    if (!is_awaited_)
        return;
    is_awaited_ = false;
    out_.on_writable();
    if (is_finishing_)
        finish();
}

void http1_connection::finish()
{
    if (phase_ == phase::closed)
        return;
    is_finishing_ = true;
    out_.end_body(); // once is enough
    out_.flush();
    bool const is_at_work = exchange_ && exchange_->is_answering();
    if (phase_ != phase::closed && out_.unsent() == 0 && !is_at_work)
        end_after_answer();
}

void http1_connection::cut(cut_reason why)
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
    give_up(end_reason::client_gone, why == cut_reason::write_timeout || why == cut_reason::queue_overflow);
}

} // namespace tidings::detail
