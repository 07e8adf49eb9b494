// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/chunk.hpp>
#include <tidings/server/detail/connection.hpp>

#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// How long a peer may take to read a last answer while its own input is thrown away.
constexpr auto linger_time = std::chrono::seconds(2);

} // namespace

connection::connection(std::shared_ptr<loop_state> home, stream_socket socket)
    : loop_timer(home->root), keeps_home_(std::move(home)), home_(*keeps_home_), socket_(std::move(socket)),
      peer_(peer_address(socket_))
{
    home_.enter(*this);
    ++home_.shared->counts.connections;
    prepare(socket_,
            std::chrono::duration_cast<std::chrono::milliseconds>(home_.shared->options.write_timeout));
}

connection::~connection()
{
    if (phase_ != phase::closed || socket_.is_open())
        close(false);
    home_.leave(*this);
}

void connection::start(std::string_view already_read)
{
    enter(phase::head);
    if (!already_read.empty())
        on_input(already_read);
    if (phase_ != phase::closed)
        on_readable();
}

void connection::turn_away()
{
    enter(phase::head);
    headers fields;
    fields.set("Content-Type", "text/plain; charset=utf-8");
    fields.set("Retry-After", "5");
    constexpr std::string_view text = "the server is full\n";
    send_and_linger(plain_head(503, fields, text.size(), {.keep_alive = false, .date = home_.date()}) +
                    std::string(text));
}

// Reading

bool connection::may_read() const noexcept
{
    if (phase_ == phase::closed)
        return false;
    // A client that pipelines is read again when its answer is out; a stream's input is discarded meanwhile.
    return phase_ != phase::answering || is_streaming() || inbox_.size() < home_.shared->options.head_limit;
}

void connection::watch()
{
    if (is_watching_ || !may_read())
        return;
    is_watching_ = true;
    // After the end of input the socket stays readable; what is left to see is a reset.
    auto const what = input_ended_ ? stream_socket::wait_error : stream_socket::wait_read;
    socket_.async_wait(what, [self = shared_from_this()](boost::system::error_code error) {
        self->is_watching_ = false;
        if (!error)
            self->on_readable();
    });
}

void connection::on_readable()
{
    while (may_read()) {
        auto const got = receive(socket_, home_.scratch);
        if (got.what == receive_result::bytes) {
            on_input({home_.scratch.data(), got.count});
            if (got.count == home_.scratch.size())
                continue;
        } else if (got.what == receive_result::end && !input_ended_) {
            on_end_of_input();
        } else if (got.what == receive_result::broken) {
            client_gone();
        }
        break;
    }
    watch();
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
    input_ended_ = true;
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
                (void)send(socket_,
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
    http_minor_ = asked.http_minor();
    exchange_ =
        std::make_unique<exchange>(home_, *this, context::root(home_.io.get_executor()), std::move(asked));
    exchange_->start(shared_from_this());
}

void connection::refuse(parse_error error)
{
    ++home_.shared->counts.bad_requests;
    home_.shared->log(log_level::info,
                      fmt::format("refused a request of {}: {} {}", peer_, error.status, error.reason));
    headers fields;
    fields.set("Content-Type", "text/plain; charset=utf-8");
    std::string const text = fmt::format("{}\n", error.reason);
    send_and_linger(
        plain_head(error.status, fields, text.size(), {.keep_alive = false, .date = home_.date()}) + text);
}

void connection::exchange_ended(bool may_reuse)
{
    if (exchange_->is_attached() && phase_ == phase::answering && !exchange_->out().out().is_lost())
        return; // the stream lives on, fed by a topic
    auto const finished = std::move(exchange_);
    if (phase_ == phase::closed)
        return;
    if (!may_reuse || input_ended_ || home_.is_draining)
        return linger();
    enter(phase::idle);
    feed(std::exchange(inbox_, {}));
    watch();
}

head_params connection::params(request const& asked) const noexcept
{
    return {.http_minor = asked.http_minor(),
            .keep_alive = asked.keep_alive() && !home_.is_draining,
            .date = home_.date()};
}

// transport

std::string connection::stream_head(int status, headers const& fields)
{
    auto how = params(exchange_->asked());
    how.keep_alive = exchange_->asked().keep_alive();
    return tidings::stream_head(status, fields, how);
}

framing connection::body_framing() const noexcept
{
    return http_minor_ == 0 ? framing::none : framing::chunked;
}

write_result connection::write(std::span<asio::const_buffer const> pieces)
{
    if (phase_ == phase::closed)
        return {.is_gone = true};
    auto const sent = send(socket_, pieces);
    if (sent.is_broken) {
        client_gone();
        return {.is_gone = true};
    }
    return {.taken = sent.count};
}

void connection::await_writable()
{
    socket_.async_wait(stream_socket::wait_write,
                       [self = shared_from_this()](boost::system::error_code error) {
                           if (error || !self->exchange_)
                               return;
                           self->exchange_->out().out().on_writable();
                           if (self->is_finishing_)
                               self->finish();
                       });
}

void connection::finish()
{
    if (!exchange_ || phase_ != phase::answering)
        return;
    writer& out = exchange_->out().out();
    if (!std::exchange(is_finishing_, true))
        exchange_->out().end_body();
    out.flush();
    if (exchange_ && out.unsent() == 0 && !exchange_->is_answering()) {
        retire_exchange();
        linger();
    }
}

void connection::cut(cut_reason why)
{
    auto& counts = home_.shared->counts;
    auto const tell = [&](std::string_view what) {
        home_.shared->log(log_level::warning, fmt::format("cut the stream of {} {}: {}", peer_,
                                                          exchange_ ? exchange_->asked().path() : "", what));
    };
    switch (why) {
    case cut_reason::write_timeout:
        ++counts.write_timeouts;
        tell("the client took nothing within the write timeout");
        break;
    case cut_reason::queue_overflow:
        ++counts.queue_overflows;
        tell("more was waiting than the queue limit allows");
        break;
    case cut_reason::behind:
        tell("it fell behind its topic's history");
        break;
    case cut_reason::handler_failed:
        break;
    }
    auto const alive = shared_from_this();
    if (exchange_)
        exchange_->end(end_reason::client_gone);
    close(why == cut_reason::write_timeout || why == cut_reason::queue_overflow);
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
    bool const is_handed_over = exchange_->is_attached() && !exchange_->is_answering();
    exchange_->end(end_reason::server_stopping);
    if (is_handed_over && exchange_) {
        exchange_->out().out().end_feed();
        finish();
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

void connection::send_and_linger(std::string_view bytes)
{
    asio::const_buffer const all(bytes.data(), bytes.size());
    (void)send(socket_, {&all, 1}); // an answer to a broken request is a courtesy: not worth waiting for
    linger();
}

void connection::linger()
{
    if (phase_ == phase::closed)
        return;
    boost::system::error_code ignored;
    socket_.shutdown(stream_socket::shutdown_send, ignored);
    if (input_ended_)
        return close(false);
    enter(phase::lingering);
    discarded_ = 0;
    on_readable();
}

void connection::close(bool with_reset)
{
    if (phase_ == phase::closed && !socket_.is_open())
        return;
    phase_ = phase::closed;
    clear();
    home_.give_back(std::move(parser_));
    --home_.shared->counts.connections;
    if (with_reset)
        close_with_reset(socket_);
    boost::system::error_code ignored;
    socket_.close(ignored);
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
    case phase::lingering:
        limit = linger_time;
        break;
    case phase::answering:
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
