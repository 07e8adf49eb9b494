// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/connection.hpp>
#include <tidings/wait/internal/home_of.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

namespace {

// For the request of a client that is only to be told when to come back.
constexpr duration time_to_be_refused = std::chrono::seconds(2);

// Of a body, before it has to keep the least rate: connections begin slowly, and lose packets.
constexpr duration time_for_slow_bodies = std::chrono::seconds(5);

std::uint32_t in_milliseconds(time_point now) noexcept
{
    return static_cast<std::uint32_t>(now.time_since_epoch() / std::chrono::milliseconds(1));
}

} // namespace

connection::connection(std::shared_ptr<loop_state> home, internal::stream_socket socket,
                       internal::peer_address peer, admission given)
    : socket_input(std::move(socket)), internal::loop_timer(internal::home_of(home->root)),
      home_(std::move(home)), out_(home_->root, *this, home_->shared->settings.writing), admission_(given),
      is_of_nobody_(home_->shared->is_of_nobody(peer)), peer_(peer)
{
    home_->enter(*this);
    auto& shared = *home_->shared;
    ++shared.counts.connections;
    if (is_turned_away())
        ++shared.refused_connections;
    else if (is_counted_by_address())
        shared.connections_by_address.add(peer_.network().to_string()).release();
}

connection::~connection()
{
    if (phase_ != phase::closed || socket().is_open())
        close(false);
    home_->leave(*this);
}

void connection::start(std::string_view already_read)
{
    if (!open())
        return;
    if (!already_read.empty())
        on_input(already_read);
    note({.can_read = true}); // accepted with its first bytes
    read();
    if (phase_ == phase::head) // its request has not come yet
        enter(phase::head);
}

bool connection::open()
{
    self_ = this;
    phase_ = phase::head;
    home_->move(*this, occupation_in(phase_));
    if (home_->sockets->add(socket().descriptor(), *this))
        return true;
    home_->shared->log(log_kind::system_refused, log_level::error,
                       "the system watches no more sockets: a client is turned away; raise "
                       "fs.epoll.max_user_watches, or lower server_options::max_connections");
    give_up(true);
    return false;
}

// What becomes of an answer

void connection::exchange_ended(bool may_reuse)
{
    if (exchange_->is_attached() && phase_ == phase::answering)
        return carry_on();
    auto const finished = std::move(exchange_);
    out_.stop_keep_alive();
    if (phase_ == phase::closed)
        return;
    hold(0);
    bool const is_input_known = discarded_ == 0 && !finished->is_body_unread();
    if (!may_go_on(may_reuse && is_input_known))
        return linger(!finished->behind && is_input_known);
    enter(phase::idle);
    if (finished->behind)
        keep(std::move(finished->behind));
    await_request();
}

bool connection::may_go_on(bool may_reuse) const noexcept
{
    // Where the next request begins cannot be told any more when input was thrown away.
    return may_reuse && discarded_ == 0 && !home_->is_draining && !is_turned_away();
}

void connection::carry_on()
{
    phase_ = phase::carrying;
    hold(0);
    place_ = exchange_->take_place();
    out_.keep_alive_alone();
    auto const finished = std::move(exchange_); // its request and context are not needed any more
    auto const why = finished->get_context().reason();
    if (is_finishing_)
        finish();
    else if (why == end_reason::deadline_exceeded || why == end_reason::server_stopping)
        end_carried(); // in a drain one that has not been stopped yet waits for its turn
}

void connection::end_carried()
{
    out_.end_feed();
    finish();
}

internal::head_params connection::params(request const& asked) const noexcept
{
    return {.http_minor = asked.http_minor(),
            .keep_alive = asked.keep_alive() && !home_->is_draining && !is_turned_away() && !is_body_unread(),
            .date = home_->date()};
}

// Time

void connection::enter(phase next)
{
    phase_ = next;
    home_->move(*this, occupation_in(next));
    began_ = in_milliseconds(now());
    auto const& options = home_->shared->options;
    duration limit{};
    switch (next) {
    case phase::idle:
        limit = options.idle_timeout;
        break;
    case phase::head:
        limit = options.head_timeout;
        if (is_turned_away() && (limit <= duration::zero() || limit > time_to_be_refused))
            limit = time_to_be_refused;
        break;
    case phase::body:
        limit = body_time();
        break;
    case phase::queued:
    case phase::answering:
    case phase::carrying:
    case phase::lingering:
    case phase::closed:
        break;
    }
    if (limit > duration::zero())
        set(later(now(), limit));
    else
        clear();
}

// How long its body may take, by what has come of it: as a whole, and after a grace at the least rate. Zero:
// for ever.
duration connection::body_time() const noexcept
{
    auto const& options = home_->shared->options;
    duration const whole = std::max(options.body_timeout, duration::zero());
    if (options.least_rate == 0)
        return whole;
    duration const at_rate =
        time_for_slow_bodies + std::chrono::milliseconds(held_ * std::uint64_t{1000} / options.least_rate);
    return whole == duration::zero() ? at_rate : std::min(whole, at_rate);
}

bool connection::may_body_go_on()
{
    auto left = body_time() - time_reading();
    if (left <= duration::zero() && socket().has_input()) // we are late, and not the client
        left = std::chrono::seconds(1);
    if (left > duration::zero())
        set(later(now(), left));
    return left > duration::zero();
}

occupation connection::occupation_in(phase next) const noexcept
{
    if (is_turned_away()) // it has no place that it could give up
        return occupation::busy;
    if (next == phase::idle || (next == phase::head && !(incoming_ && incoming_->parser.has_begun())))
        return occupation::idle;
    bool const is_reading = next == phase::queued || next == phase::head || next == phase::body;
    return is_reading ? occupation::reading : occupation::busy;
}

void connection::on_time()
{
    boost::intrusive_ptr<connection> const alive(this);
    if (exchange_ && exchange_->is_running())
        return exchange_->end(end_reason::deadline_exceeded);
    if (is_busy())
        return stop(std::nullopt);
    if (phase_ == phase::head && is_turned_away())
        return refuse_for_now("the server is full");
    if (phase_ == phase::body && may_body_go_on())
        return;
    if (phase_ == phase::body || (phase_ == phase::head && incoming_ && incoming_->parser.has_begun()))
        return refuse({408, "the request did not arrive in time"});
    close(false);
}

} // namespace tidings::detail
