// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/connection.hpp>

#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>
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

connection::connection(std::shared_ptr<loop_state> home, stream_socket socket, peer_address peer)
    : socket_input(std::move(socket)), loop_timer(home->root), home_(std::move(home)),
      out_(home_->root, transport_, home_->shared->writing), peer_(peer)
{
    home_->enter(*this);
    ++home_->shared->counts.connections;
}

connection::~connection()
{
    if (phase_ != phase::closed || socket().is_open())
        close(false);
    home_->leave(*this);
}

void connection::start(std::string_view already_read)
{
    open();
    if (!already_read.empty() && phase_ != phase::closed)
        on_input(already_read);
    read_first();
    if (phase_ == phase::head) // its request has not come yet
        enter(phase::head);
}

void connection::open()
{
    self_ = this;
    phase_ = phase::head;
    if (home_->sockets->add(socket().descriptor(), *this))
        return;
    home_->shared->log(log_level::error, "the system watches no more sockets: a client is turned away; raise "
                                         "fs.epoll.max_user_watches, or lower server_options::connections");
    give_up(true);
}

void connection::turn_away()
{
    open();
    headers fields;
    fields.set("Retry-After", "5");
    answer_and_linger(503, std::move(fields), "the server is full\n");
}

// Reading

void connection::on_ready(socket_readiness what)
{
    boost::intrusive_ptr<connection> const alive(this);
    bool const can_write = note(what);
    if (what.has_hung_up && is_busy())
        return client_gone(); // nobody takes the answer, and what is still to be read may not be wanted now
    if (can_write)
        transport_.on_writable();
    read();
}

void connection::await_writable()
{
    if (!std::exchange(is_writing_watched_, true))
        home_->sockets->watch_writing(socket().descriptor(), *this);
}

bool connection::may_read() const noexcept
{
    if (phase_ == phase::closed || is_feeding_)
        return false;
    // A client that pipelines is read again when its answer is out; a stream's input is discarded meanwhile.
    return phase_ != phase::answering || is_streaming() || !inbox_ ||
           inbox_->size() < home_->shared->options.head_limit;
}

void connection::on_input(std::string_view bytes)
{
    if (phase_ == phase::lingering || is_streaming())
        discard(bytes.size());
    else if (phase_ == phase::answering)
        keep_for_later(bytes);
    else
        feed(bytes);
}

void connection::keep_for_later(std::string_view bytes)
{
    if (!inbox_)
        inbox_ = std::make_unique<std::string>();
    inbox_->append(bytes);
}

void connection::discard(std::size_t count)
{
    discarded_ += count;
    if (discarded_ > home_->shared->options.discarded_input_limit)
        client_gone();
}

void connection::on_end_of_input()
{
    if (!is_busy())
        return close(false);
    if (!is_streaming())
        return; // a half-closed client still gets its answer; one that is gone answers it with a reset
    if (home_->shared->options.on_half_close == half_close::end)
        return client_gone();
    exchange_ ? exchange_->out().probe() : out_.probe();
}

void connection::feed(std::string_view bytes)
{
    // An answer may be out before this returns; then what comes next is here, and not yet in the socket.
    bool const is_outermost = !std::exchange(is_feeding_, true);
    try {
        parse(bytes);
    } catch (...) { // where it stopped cannot be told; it costs this client its connection, and no other
        is_feeding_ = false;
        give_up(true);
        throw;
    }
    if (is_outermost)
        is_feeding_ = false;
}

void connection::parse(std::string_view bytes)
{
    while (!bytes.empty() && (phase_ == phase::idle || phase_ == phase::head || phase_ == phase::body)) {
        if (!parser_)
            parser_ = home_->take_parser();
        auto const [consumed, state] = parser_->feed(bytes);
        bytes.remove_prefix(consumed);
        switch (state) {
        case parse_state::need_more:
            if (phase_ == phase::idle && parser_->has_begun())
                enter(phase::head);
            break;
        case parse_state::head_complete:
            enter(phase::body);
            if (parser_->expects_continue()) {
                asio::const_buffer const go_on("HTTP/1.1 100 Continue\r\n\r\n", 25);
                (void)socket().send(
                    {&go_on, 1}); // lost, the client sends its body after a while all the same
            }
            break;
        case parse_state::failed:
            return refuse(parser_->error());
        case parse_state::complete:
            begin_exchange();
            break;
        }
    }
    // What is left belongs behind the answer that is under way.
    if (phase_ == phase::answering && !bytes.empty())
        on_input(bytes);
}

void connection::begin_exchange()
{
    request asked = parser_->take();
    home_->give_back(std::move(parser_));
    asked.set_remote_address(home_->shared->proxies.client_address(peer_.to_string(), asked));
    enter(phase::answering);
    discarded_ = 0;
    transport_.begin(asked.http_minor());
    exchange_ =
        std::make_unique<exchange>(*home_, *this, context::root(home_->io.get_executor()), std::move(asked));
    exchange_->start(this);
}

void connection::refuse(parse_error error)
{
    ++home_->shared->counts.bad_requests;
    home_->shared->log(log_level::info, fmt::format("refused a request of {}: {} {}", peer_.to_string(),
                                                    error.status, error.reason));
    answer_and_linger(error.status, {}, fmt::format("{}\n", error.reason));
}

void connection::exchange_ended(bool may_reuse)
{
    if (exchange_->is_attached() && phase_ == phase::answering)
        return carry_on();
    auto const finished = std::move(exchange_);
    out_.stop_keep_alive();
    if (phase_ == phase::closed)
        return;
    if (!may_reuse || home_->is_draining)
        return linger(!inbox_ && discarded_ == 0);
    enter(phase::idle);
    if (auto const next = std::exchange(inbox_, nullptr))
        feed(*next);
    if (has_input_ended())
        on_end_of_input(); // what came whole before it is answered first
    read();
}

void connection::carry_on()
{
    phase_ = phase::carrying;
    place_ = exchange_->take_place();
    out_.keep_alive_alone();
    auto const finished = std::move(exchange_); // its request and context are not needed any more
    auto const why = finished->get_context().reason();
    if (transport_.is_finishing())
        transport_.finish();
    else if (why == end_reason::deadline_exceeded || why == end_reason::server_stopping)
        end_carried(); // in a drain one that has not been stopped yet waits for its turn
}

void connection::end_carried()
{
    out_.end_feed();
    transport_.finish();
}

head_params connection::params(request const& asked) const noexcept
{
    return {.http_minor = asked.http_minor(),
            .keep_alive = asked.keep_alive() && !home_->is_draining,
            .date = home_->date()};
}

// Ending

void connection::stop(std::optional<std::chrono::milliseconds> retry)
{
    if (phase_ == phase::idle || phase_ == phase::head)
        return close(false);
    if (!is_busy())
        return;
    boost::intrusive_ptr<connection> const alive(this);
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
    if (is_busy() && phase_ != phase::closed) {
        if (is_streaming())
            ++home_->shared->counts.clients_gone;
        if (exchange_)
            exchange_->end(end_reason::client_gone);
    }
    close(false);
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
    std::string_view const which = exchange_ ? exchange_->asked().path() : "that a topic feeds";
    home_->shared->log(log_level::warning,
                       fmt::format("cut the stream of {} {}: {}", peer_.to_string(), which, why));
}

void connection::end_after_answer()
{
    if (exchange_)
        retire(true);
    linger(discarded_ == 0);
}

void connection::answer_and_linger(int status, headers fields, std::string_view text)
{
    fields.set("Content-Type", "text/plain; charset=utf-8");
    std::string answer =
        plain_head(status, fields, text.size(), {.keep_alive = false, .date = home_->date()});
    answer += text;
    asio::const_buffer const all(answer.data(), answer.size());
    (void)socket().send({&all, 1}); // an answer to a broken request is a courtesy: not worth waiting for
    linger(false);
}

void connection::linger(bool is_peer_silent)
{
    if (phase_ == phase::closed)
        return;
    place_ = {};
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
    home_->give_back(std::move(parser_));
    --home_->shared->counts.connections;
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

// Time

void connection::enter(phase next)
{
    phase_ = next;
    auto const& options = home_->shared->options;
    duration limit{};
    switch (next) {
    case phase::idle:
        limit = options.idle_timeout;
        break;
    case phase::head:
        limit = options.head_timeout;
        break;
    case phase::body:
        limit = options.body_timeout;
        break;
    case phase::answering:
    case phase::carrying:
    case phase::lingering:
    case phase::closed:
        break;
    }
    if (limit > duration::zero())
        set(now() + limit);
    else
        clear();
}

void connection::on_time()
{
    boost::intrusive_ptr<connection> const alive(this);
    if (exchange_ && exchange_->is_running())
        return exchange_->end(end_reason::deadline_exceeded);
    if (is_busy())
        return stop(std::nullopt);
    if (phase_ == phase::body || (phase_ == phase::head && parser_ && parser_->has_begun()))
        return refuse({408, "the request did not arrive in time"});
    close(false);
}

} // namespace tidings::detail
