// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/http1_connection.hpp>
#include <tidings/server/detail/room.hpp>

#include <fmt/format.h>

namespace tidings::detail {

namespace {

constexpr std::string_view full = "the server is full";
constexpr internal::parse_error too_late{408, "the request did not arrive in time"};

} // namespace

http1_connection::http1_connection(std::shared_ptr<loop_state> const& home, internal::peer_socket socket,
                                   internal::peer_address peer, admission given)
    : connection(home, std::move(socket), peer, given)
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
    bool const is_begun = phase_ == phase::fresh && next == phase::head; // its time runs since the accept
    phase_ = next;
    occupy(occupation_in(next));
    if (is_begun)
        return;
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
        if (socket().tls()) // what came before this was whole: an end that nobody has cut short
            socket().shutdown_send();
        return close(false);
    case reaction::close_unheard:
        return is_turned_away() ? refuse_for_now(full) : close(false);
    case reaction::refuse_late:
        return is_turned_away() ? refuse_for_now(full) : refuse(too_late);
    case reaction::refuse_if_slow: {
        auto left = body_time(shared().options, held()) - time_reading();
        if (left <= duration::zero() && socket()->has_input()) // we are late, and not the client
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
        if (!requests_.is_for_stream())
            return;
        requests_.current().decided.answer = home().refuse_stream(requests_.current().parser.head(), false);
        return begin_answer(phase::skipping);
    case reaction::probe:
        if (answer_.is_stream_open())
            return answer_.on_half_close() == half_close::end ? client_gone() : answer_.probe();
        [[fallthrough]]; // the handler waits before the head
    case reaction::client_left:
        // Requests behind this one show that the client wanted its answers when it closed.
        if (answer_.on_half_close() != half_close::keep && !requests_.is_one_waiting(*this))
            answer_.client_left(false);
        return;
    case reaction::end_answer:
        return answer_.end(what == happening::stop ? end_reason::server_stopping
                                                   : end_reason::deadline_exceeded);
    case reaction::cut:
        return answer_.full_buffers();
    }
}

void http1_connection::end_streams_of(std::string_view principal)
{
    if (is_streaming(phase_) && answer_.is_of(principal)) {
        answer_.end(end_reason::canceled);
    } else if (phase_ == phase::body && requests_.is_for_stream() &&
               requests_.current().parser.head().principal() == principal) {
        requests_.current().decided.answer =
            home().refusal(requests_.current().parser.head(), 503, "the stream was ended before it began");
        begin_answer(phase::skipping);
    }
}

void http1_connection::stop(std::optional<std::chrono::milliseconds> retry)
{
    if (retry && is_streaming(phase_))
        answer_.advise(*retry); // may find the client gone
    happen(happening::stop);
}

void http1_connection::begin_answer(phase how)
{
    auto [asked, decided] = requests_.take(*this);
    if (decided.answer)
        internal::access::set_body(asked, std::string()); // middleware is to see the same, come or not
    hold(asked.body().size());
    enter(how);
    answer_.begin(std::move(asked), std::move(decided));
}

void http1_connection::stream_begins(duration age)
{
    phase_ = phase::streaming;
    if (age > duration::zero())
        set(later(now(), age));
}

void http1_connection::stream_is_carried()
{
    phase_ = phase::carrying;
    hold(0);
}

void http1_connection::answer_ended(bool is_whole)
{
    if (is_closed())
        return;
    bool const is_in_step = requests_.is_in_step() && phase_ != phase::skipping;
    auto input = requests_.take_behind(*this);
    hold(0);
    if (!may_go_on(is_whole && is_in_step))
        return linger(!input && is_in_step);
    enter(phase::idle);
    requests_.keep(*this, std::move(input));
    requests_.await_next(*this);
}

void http1_connection::stream_ended(open_request)
{
    if (!may_go_on(requests_.is_in_step()))
        return linger(requests_.is_in_step());
    enter(phase::idle);
    if (has_input_ended())
        happen(happening::end_of_input);
}

bool http1_connection::may_stay_open() const noexcept
{
    return !home().is_draining && !is_turned_away() && phase_ != phase::skipping;
}

bool http1_connection::may_go_on(bool is_in_step) const noexcept
{
    return answer_.may_reuse() && is_in_step && may_stay_open();
}

// The end

void http1_connection::linger(bool is_peer_silent)
{
    if (is_closed())
        return;
    hold(0);
    socket().shutdown_send();
    if (has_input_ended())
        return close(false);
    enter(phase::lingering);
    set(now() + (is_peer_silent && home().is_draining ? linger_time_in_drain : linger_time));
    requests_.end();
    read();
}

// Of a request whose head is not known.
void http1_connection::refuse_for_now(std::string_view why)
{
    send_last_answer(home(), socket(), home().refusal(request::get("/"), 503, why));
    linger(false);
}

void http1_connection::refuse(internal::parse_error error)
{
    ++shared().counts.bad_requests;
    shared().log(
        log_kind::bad_request, log_level::info,
        fmt::format("refused a request of {}: {} {}", peer().to_string(), error.status, error.reason));
    auto refusal = response::text(fmt::format("{}\n", error.reason), error.status);
    internal::access::complete(refusal, requests_.current().decided.fields);
    send_last_answer(home(), socket(), refusal);
    linger(false);
}

void http1_connection::refuse_tls()
{
    ++shared().counts.bad_requests;
    shared().log(log_kind::no_encryption, log_level::warning,
                 fmt::format("{} speaks TLS on a port that does not, and was disconnected: use http instead "
                             "of https, or give the endpoint its `tls`",
                             peer().to_string()));
    close(false);
}

void http1_connection::on_no_encryption()
{
    auto const& tls = *socket().tls();
    ++shared().counts.bad_requests;
    shared().log(log_kind::no_encryption, log_level::info,
                 fmt::format("no TLS session with {}: {}", peer().to_string(), tls.refusal()));
    if (!tls.has_met_plain_http())
        return close(false);
    socket().go_on_plainly();
    send_last_answer(home(), socket(),
                     response::text("this port speaks TLS: use https instead of http\n", 400));
    linger(false);
}

void http1_connection::end_for_room()
{
    ++shared().counts.ended_for_room;
    shared().log(log_kind::made_room, log_level::warning,
                 fmt::format("the server is full: ended the slowest request, from {}, for a newcomer",
                             peer().to_string()));
    refuse_for_now(full);
    close(false);
}

std::size_t http1_connection::can_be_relieved_of() const noexcept
{
    return answer_.unsent() + requests_.behind(*this).size() + (doing() == occupation::reading ? held() : 0);
}

void http1_connection::client_gone()
{
    if (is_at_work())
        answer_.client_left(true);
    close(false);
}

void http1_connection::client_lost()
{
    // The kernel may be a little earlier than the deadline of the writer, which counts in its own way.
    if (is_at_work() && (answer_.unsent() != 0 || socket()->unacknowledged() != 0))
        return answer_.cut(cut_reason::write_timeout);
    if (is_at_work())
        answer_.log_vanished_client();
    client_gone();
}

void http1_connection::give_up(end_reason why, bool with_reset)
{
    answer_.abandon(why);
    close(with_reset);
}

void http1_connection::on_closed()
{
    phase_ = phase::closed;
    requests_.drop(*this);
    answer_.on_closed();
}

} // namespace tidings::detail
