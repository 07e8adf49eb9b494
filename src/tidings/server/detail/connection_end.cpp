// SPDX-License-Identifier: BSL-1.0
// How a connection ends.
#include <tidings/server/detail/connection.hpp>
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

} // namespace

void connection::stop(std::optional<std::chrono::milliseconds> retry)
{
    if (phase_ == phase::idle || phase_ == phase::head)
        return close(false);
    boost::intrusive_ptr<connection> const alive(this);
    if (phase_ == phase::body && incoming_->decided.to && incoming_->decided.to->is_stream) {
        incoming_->decided.answer = refuse_stream(*home_, incoming_->parser.head(), 0);
        return begin_exchange(true);
    }
    if (!is_busy())
        return;
    if (retry && is_streaming())
        out_.advise(*retry);
    if (phase_ == phase::carrying)
        end_carried();
    else if (exchange_) // unless the advice found the client gone
        exchange_->end(end_reason::server_stopping);
}

void connection::close_now()
{
    boost::intrusive_ptr<connection> const alive(this);
    if (exchange_)
        exchange_->end(end_reason::server_stopping);
    close(false);
}

void connection::client_gone()
{
    boost::intrusive_ptr<connection> const alive(this);
    if (phase_ == phase::carrying)
        ++home_->shared->counts.clients_gone;
    else if (exchange_ && phase_ != phase::closed)
        exchange_->client_left(true);
    close(false);
}

void connection::client_lost()
{
    // The kernel may be a little earlier than the deadline of the writer, which counts in its own way.
    if (is_busy() && (out_.unsent() != 0 || socket().unacknowledged() != 0))
        return cut(cut_reason::write_timeout);
    if (is_busy())
        home_->shared->log(log_kind::client_vanished, log_level::info,
                           fmt::format("cut {}: its client has vanished", what_is_answered()));
    client_gone();
}

void connection::give_up(bool with_reset)
{
    boost::intrusive_ptr<connection> const alive(this);
    if (exchange_)
        exchange_->end(end_reason::client_gone);
    close(with_reset);
}

void connection::log_cut(std::string_view why) const
{
    home_->shared->log(log_kind::cut_stream, log_level::warning,
                       fmt::format("cut {}: {}", what_is_answered(), why));
}

std::string connection::what_is_answered() const
{
    std::string_view const kind = phase_ == phase::carrying || is_streaming() ? "stream of" : "answer to";
    std::string_view const which = exchange_ ? exchange_->asked().path() : "that a topic feeds";
    return fmt::format("the {} {} {}", kind, peer_.to_string(), which);
}

void connection::end_after_answer()
{
    if (exchange_)
        retire(true);
    if (!may_go_on(may_reuse_))
        return linger(discarded_ == 0);
    place_ = {};
    has_input_ended() ? close(false) : enter(phase::idle);
}

void connection::answer_and_linger(response const& answer)
{
    send_last_answer(*home_, socket(), answer);
    linger(false);
}

void connection::linger(bool is_peer_silent)
{
    if (phase_ == phase::closed)
        return;
    place_ = {};
    hold(0);
    socket().shutdown_send();
    if (has_input_ended())
        return close(false);
    enter(phase::lingering);
    set(now() + (is_peer_silent && home_->is_draining ? linger_time_in_drain : linger_time));
    discarded_ = 0;
    read();
}

void connection::close(bool with_reset)
{
    if (!socket().is_open())
        return;
    phase_ = phase::closed;
    clear();
    hold(0);
    home_->give_back(std::move(incoming_));
    home_->move(*this, occupation::busy);
    auto& shared = *home_->shared;
    if (is_turned_away())
        --shared.refused_connections;
    else if (is_counted_by_address())
        shared.connections_by_address.remove(peer_.network().to_string());
    --shared.counts.connections; // behind those that are refused, of which there are never more
    home_->sockets->remove(socket().descriptor(), *this);
    with_reset ? socket().close_with_reset() : socket().close();
    place_ = {};
    out_.lose();
    retire(exchange_ && !exchange_->is_answering());
}

// Either may be what has called us: they are let go in a later turn.
void connection::retire(bool with_exchange)
{
    auto over = with_exchange ? std::move(exchange_) : nullptr;
    auto self = phase_ == phase::closed ? std::move(self_) : nullptr;
    if (over || self)
        asio::post(home_->io.get_executor(), [self = std::move(self), over = std::move(over)] {});
}

} // namespace tidings::detail
