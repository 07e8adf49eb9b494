// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/http2/detail/http2_connection.hpp>
#include <tidings/wait/internal/tasks.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tidings::detail {

namespace {

// What a socket has not taken yet. More from streams waits with them, and while it waits nothing is read that
// would have us answer more.
constexpr std::size_t most_unsent = std::size_t{64} * 1024;

// For a client that is only to be told when to come back.
constexpr duration time_to_be_refused = std::chrono::seconds(2);

// A browser opens a hundred or so, and the next tab would wait for ever, and silently.
constexpr std::size_t many_streams = 80;

internal::block_pool& pool_of(loop_state& home)
{
    return boost::asio::use_service<internal::block_pool>(home.io);
}

} // namespace

http2_connection::http2_connection(std::shared_ptr<loop_state> const& home, internal::peer_socket socket,
                                   internal::peer_address peer, admission given, std::size_t max_streams)
    : connection(home, std::move(socket), peer, given), loop_call(internal::home_of(home->root)),
      session_(*this, {.max_streams = max_streams, .head_bytes = home->shared->options.head_bytes}),
      unsent_(pool_of(*home)), max_streams_(max_streams), idle_since_(now()), heard_at_(now())
{}

http2_connection::~http2_connection()
{
    close(false);
}

void http2_connection::start(std::string_view already_read)
{
    auto const& options = shared().options;
    socket()->limit_unacknowledged(internal::unacknowledged_limit(options.keep_alive, options.write_timeout));
    occupy(occupation::idle);
    home().is_draining ? begin_drain() : check_silence();
    request_turn();
    connection::start(already_read);
}

// Input

bool http2_connection::may_read() const noexcept
{
    return is_lingering_ || unsent_.size() < most_unsent;
}

void http2_connection::on_input(std::string_view bytes)
{
    if (is_lingering_)
        return;
    heard_at_ = now();
    pinged_at_ = {};
    bool const is_sound = session_.receive(bytes);
    streams_.proceed();
    note_what_it_does();
    request_turn();
    if (!is_sound)
        end_with_complaint();
}

session_stream* http2_connection::begin_stream(std::int32_t id)
{
    if (!streams_.are_fewer_than(max_streams_))
        return nullptr;
    if (duration const silence = shared().options.keep_alive; silence > duration::zero())
        wake_at(later(now(), silence));
    return &streams_.add(std::make_unique<http2_stream>(*this, id));
}

void http2_connection::on_broken(bool is_lost)
{
    for (auto const& each : streams_) {
        if (each->is_over() || !each->is_at_work())
            continue;
        if (is_lost && (each->unsent() != 0 || !unsent_.is_empty() || socket()->unacknowledged() != 0))
            each->cut(cut_reason::write_timeout);
        else if (is_lost)
            each->log_vanished_client();
    }
    close(false);
}

// Output

std::size_t http2_connection::window(std::int32_t stream, std::size_t unread) const noexcept
{
    return std::min(most_unsent - std::min(unsent_.size(), most_unsent), session_.window(stream, unread));
}

http2_session& http2_connection::frames()
{
    request_turn();
    return session_;
}

void http2_connection::collect()
{
    for (auto bytes = session_.next(); !bytes.empty(); bytes = session_.next())
        unsent_.append(bytes.data(), bytes.size());
}

void http2_connection::request_turn()
{
    if (is_requested() || !socket()->is_open())
        return;
    intrusive_ptr_add_ref(this);
    request();
}

void http2_connection::note_end()
{
    streams_.note_end();
    request_turn();
}

void http2_connection::on_turn()
{
    boost::intrusive_ptr<http2_connection> const self(this, false);
    if (!socket()->is_open())
        return;
    send();
    read(); // which may have waited for this
    streams_.proceed();
    if (streams_.forget_those_that_are_over()) {
        idle_since_ = now();
        check_silence();
    }
    note_what_it_does();
    if (!socket()->is_open() || is_lingering_)
        return;
    if (session_.complaint() && session_.has_ended())
        end_with_complaint();
    else if (streams_.is_empty() && is_going_ && unsent_.is_empty())
        linger();
}

void http2_connection::send()
{
    collect();
    while (!unsent_.is_empty() && !is_blocked_) {
        internal::piece_list pieces;
        unsent_.gather(pieces);
        auto const sent = socket().send(pieces);
        if (sent.is_broken)
            return on_broken(sent.is_lost);
        unsent_.consume(sent.count);
        if (sent.count == 0) {
            is_blocked_ = true;
            watch_writing();
        }
    }
    streams_.go_on();
}

void http2_connection::on_writable()
{
    if (!std::exchange(is_blocked_, false))
        return;
    request_turn();
}

// Time

void http2_connection::wake_at(time_point when)
{
    if (when >= wakes_at_)
        return;
    wakes_at_ = when;
    set(when);
}

void http2_connection::on_time()
{
    wakes_at_ = time_point::max();
    if (is_lingering_)
        return close(false);
    boost::intrusive_ptr<http2_connection> const self(this);
    for (auto const& each : streams_) {
        if (each->due() <= now())
            each->on_time();
        wake_at(each->due());
    }
    check_silence();
    request_turn();
}

// Without an open stream a client is let go after a while; with one it is asked whether it is there.
void http2_connection::check_silence()
{
    auto const& options = shared().options;
    if (!socket()->is_open())
        return;
    if (home().is_draining) // and the client has had its time to hear of it
        return go_away();
    if (streams_.is_empty()) {
        duration const most = is_turned_away() ? time_to_be_refused : options.idle_timeout;
        if (most <= duration::zero())
            return;
        if (auto const end = later(idle_since_, most); now() < end)
            return wake_at(end);
        return go_away();
    }
    if (options.keep_alive <= duration::zero())
        return;
    if (pinged_at_ != time_point() && options.write_timeout > duration::zero()) {
        auto const end = later(pinged_at_, options.write_timeout);
        return now() < end ? wake_at(end) : on_broken(true);
    }
    if (auto const next = later(heard_at_, options.keep_alive); now() < next)
        return wake_at(next);
    pinged_at_ = now();
    frames().ping();
    bool const is_lost_first =
        options.write_timeout > duration::zero() && options.write_timeout < options.keep_alive;
    wake_at(later(now(), is_lost_first ? options.write_timeout : options.keep_alive));
}

void http2_connection::ping_answered()
{
    if (home().is_draining && !is_going_)
        go_away();
}

// Its streams

void http2_connection::stream_begins()
{
    if (streams() == many_streams)
        shared().log(
            log_kind::many_streams, log_level::warning,
            fmt::format("{} holds its {}th stream on one HTTP/2 connection; a browser stops at about a "
                        "hundred and its next tab would wait silently: carry several topics in one stream",
                        peer().to_string(), many_streams));
}

void http2_connection::note_what_it_does()
{
    if (!socket()->is_open())
        return;
    auto const what = streams_.is_empty() ? occupation::idle
                      : is_at_work()      ? occupation::busy
                                          : occupation::reading;
    if (what != doing())
        occupy(what);
}

void http2_connection::visit_streams(std::function<void(answer&)> const& show)
{
    for (auto const& each : streams_)
        if (each->is_open_stream())
            show(*each);
}

void http2_connection::end_streams_of(std::string_view principal)
{
    for (auto const& each : streams_)
        each->end_of(principal);
}

// Room and buffers

std::size_t http2_connection::can_be_relieved_of() const noexcept
{
    auto const* const most = streams_.largest();
    return most ? most->can_be_relieved_of() : 0;
}

void http2_connection::end_for_buffers()
{
    if (auto* const most = streams_.largest())
        most->end_for_buffers();
}

void http2_connection::end_for_room()
{
    ++shared().counts.ended_for_room;
    shared().log(log_kind::made_room, log_level::warning,
                 fmt::format("the server is full: ended the slowest request, from {}, for a newcomer",
                             peer().to_string()));
    for (auto const& each : streams_)
        each->refuse_for_now("the server is full");
    go_away();
    send();
    close(false);
}

// The end

void http2_connection::begin_drain()
{
    if (is_going_)
        return;
    frames().announce_end();
    wake_at(now() + linger_time_in_drain);
}

void http2_connection::stop(std::optional<std::chrono::milliseconds> retry)
{
    if (!retry && !streams_.is_empty()) // otherwise the client is told first, see `begin_drain`
        go_away();
    for (auto const& each : streams_) {
        if (!retry) {
            each->stop(std::nullopt);
        } else if (each->is_open_stream() && !each->is_stopped()) {
            each->stop(retry);
            break;
        }
    }
    request_turn();
}

void http2_connection::go_away()
{
    if (std::exchange(is_going_, true))
        return;
    frames().end_streams();
}

void http2_connection::close_now()
{
    for (auto const& each : streams_)
        if (each->is_at_work())
            each->give_up(end_reason::server_stopping, false);
    if (!socket()->is_open())
        return;
    go_away();
    send();
    close(false);
}

void http2_connection::end_with_complaint()
{
    if (char const* const why = session_.complaint()) {
        ++shared().counts.bad_requests;
        shared().log(log_kind::bad_request, log_level::warning,
                     fmt::format("ended the HTTP/2 connection of {}: {}", peer().to_string(), why));
    }
    send();
    if (socket()->is_open())
        linger();
}

// A reset, which input after `close` would cause, could overtake our last words.
void http2_connection::linger()
{
    for (auto const& each : streams_)
        each->on_closed();
    if (has_input_ended() || !socket()->is_open())
        return close(false);
    is_lingering_ = true;
    socket().shutdown_send();
    wakes_at_ = time_point::max();
    wake_at(now() + (home().is_draining ? linger_time_in_drain : linger_time));
    read();
}

void http2_connection::on_closed()
{
    unsent_.clear();
    for (auto const& each : streams_)
        each->on_closed();
}

} // namespace tidings::detail
