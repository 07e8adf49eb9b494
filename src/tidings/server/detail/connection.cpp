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

connection::connection(std::shared_ptr<loop_state> home, stream_socket socket)
    : socket_input(std::move(socket)), loop_timer(home->root), keeps_home_(std::move(home)),
      home_(*keeps_home_), peer_(peer_address(this->socket()))
{
    home_.enter(*this);
    ++home_.shared->counts.connections;
    prepare(this->socket(),
            std::chrono::duration_cast<std::chrono::milliseconds>(home_.shared->options.write_timeout));
}

connection::~connection()
{
    if (phase_ != phase::closed || socket().is_open())
        close(false);
    home_.leave(*this);
}

void connection::start(std::string_view already_read)
{
    enter(phase::head);
    if (!already_read.empty())
        on_input(already_read);
    if (phase_ != phase::closed)
        read();
}

void connection::turn_away()
{
    enter(phase::head);
    headers fields;
    fields.set("Retry-After", "5");
    answer_and_linger(503, std::move(fields), "the server is full\n");
}

// Reading

bool connection::may_read() const noexcept
{
    if (phase_ == phase::closed)
        return false;
    // A client that pipelines is read again when its answer is out; a stream's input is discarded meanwhile.
    return phase_ != phase::answering || is_streaming() || inbox_.size() < home_.shared->options.head_limit;
}

void connection::on_input(std::string_view bytes)
{
    if (phase_ == phase::lingering || (phase_ == phase::answering && is_streaming()))
        discard(bytes.size());
    else if (phase_ == phase::answering)
        inbox_.append(bytes);
    else
        feed(bytes);
}

void connection::discard(std::size_t count)
{
    discarded_ += count;
    if (discarded_ > home_.shared->options.discarded_input_limit)
        client_gone();
}

void connection::on_end_of_input()
{
    if (phase_ != phase::answering)
        return close(false);
    if (!is_streaming())
        return; // a half-closed client still gets its answer; one that is gone answers it with a reset
    if (home_.shared->options.on_half_close == half_close::end)
        return client_gone();
    exchange_->out().probe();
}

void connection::feed(std::string_view bytes)
{
    while (!bytes.empty() && (phase_ == phase::idle || phase_ == phase::head || phase_ == phase::body)) {
        if (!parser_)
            parser_ = home_.take_parser();
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
                (void)send(socket(),
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
    home_.give_back(std::move(parser_));
    asked.set_remote_address(home_.shared->proxies.client_address(peer_, asked));
    enter(phase::answering);
    discarded_ = 0;
    transport_.begin(asked.http_minor());
    exchange_ =
        std::make_unique<exchange>(home_, *this, context::root(home_.io.get_executor()), std::move(asked));
    exchange_->start(shared_from_this());
}

void connection::refuse(parse_error error)
{
    ++home_.shared->counts.bad_requests;
    home_.shared->log(log_level::info,
                      fmt::format("refused a request of {}: {} {}", peer_, error.status, error.reason));
    answer_and_linger(error.status, {}, fmt::format("{}\n", error.reason));
}

void connection::exchange_ended(bool may_reuse)
{
    if (exchange_->is_attached() && phase_ == phase::answering && !exchange_->out().out().is_lost())
        return; // the stream lives on, fed by a topic
    auto const finished = std::move(exchange_);
    if (phase_ == phase::closed)
        return;
    if (!may_reuse || home_.is_draining)
        return linger(inbox_.empty() && discarded_ == 0);
    enter(phase::idle);
    feed(std::exchange(inbox_, {}));
    if (has_input_ended())
        on_end_of_input(); // what came whole before it is answered first
    wait();
}

head_params connection::params(request const& asked) const noexcept
{
    return {.http_minor = asked.http_minor(),
            .keep_alive = asked.keep_alive() && !home_.is_draining,
            .date = home_.date()};
}

// Ending

void connection::stop(std::optional<std::chrono::milliseconds> retry)
{
    if (phase_ == phase::idle || phase_ == phase::head)
        return close(false);
    if (!exchange_)
        return;
    auto const alive = shared_from_this();
    if (retry && is_streaming())
        exchange_->out().advise(*retry);
    if (!exchange_)
        return; // the advice found the client gone
    bool const is_handed_over = exchange_->is_attached() && !exchange_->is_answering();
    exchange_->end(end_reason::server_stopping);
    if (is_handed_over && exchange_) {
        exchange_->out().out().end_feed();
        transport_.finish();
    }
}

void connection::close_now()
{
    auto const alive = shared_from_this();
    if (exchange_)
        exchange_->end(end_reason::server_stopping);
    close(false);
}

void connection::client_gone()
{
    auto const alive = shared_from_this();
    if (exchange_ && phase_ == phase::answering) {
        if (is_streaming())
            ++home_.shared->counts.clients_gone;
        exchange_->end(end_reason::client_gone);
    }
    close(false);
}

void connection::give_up(bool with_reset)
{
    auto const alive = shared_from_this();
    if (exchange_)
        exchange_->end(end_reason::client_gone);
    close(with_reset);
}

void connection::end_after_answer()
{
    retire_exchange();
    linger(discarded_ == 0);
}

void connection::answer_and_linger(int status, headers fields, std::string_view text)
{
    fields.set("Content-Type", "text/plain; charset=utf-8");
    std::string answer = plain_head(status, fields, text.size(), {.keep_alive = false, .date = home_.date()});
    answer += text;
    asio::const_buffer const all(answer.data(), answer.size());
    (void)send(socket(), {&all, 1}); // an answer to a broken request is a courtesy: not worth waiting for
    linger(false);
}

void connection::linger(bool is_peer_silent)
{
    if (phase_ == phase::closed)
        return;
    boost::system::error_code ignored;
    socket().shutdown(stream_socket::shutdown_send, ignored);
    if (has_input_ended())
        return close(false);
    enter(phase::lingering);
    set(now() + (is_peer_silent && home_.is_draining ? linger_time_in_drain : linger_time));
    discarded_ = 0;
    read();
}

void connection::close(bool with_reset)
{
    if (phase_ == phase::closed && !socket().is_open())
        return;
    phase_ = phase::closed;
    clear();
    home_.give_back(std::move(parser_));
    --home_.shared->counts.connections;
    if (with_reset)
        close_with_reset(socket());
    boost::system::error_code ignored;
    socket().close(ignored);
    if (exchange_) {
        exchange_->out().out().lose();
        if (!exchange_->is_answering())
            retire_exchange();
    }
}

void connection::retire_exchange()
{
    // It may be what has called us.
    asio::post(home_.io.get_executor(), [over = std::move(exchange_)] {});
}

// Time

void connection::enter(phase next)
{
    phase_ = next;
    auto const& options = home_.shared->options;
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
    auto const alive = shared_from_this();
    if (phase_ == phase::answering)
        return is_busy() && exchange_->is_running() ? exchange_->end(end_reason::deadline_exceeded)
                                                    : stop(std::nullopt);
    if (phase_ == phase::body || (phase_ == phase::head && parser_ && parser_->has_begun()))
        return refuse({408, "the request did not arrive in time"});
    close(false);
}

} // namespace tidings::detail
