// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/http1_phases.hpp>
#include <tidings/server/http2/detail/http2_connection.hpp>
#include <tidings/server/http2/detail/http2_stream.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace asio = boost::asio;

namespace tidings::detail {

/// A request until its answer begins.
struct http2_stream::incoming
{
    explicit incoming(internal::parser_limits const& limits, time_point now) : head(limits), began(now) {}

    request_head head;
    reception decided; ///< once `is_decided`
    bool is_decided = false;
    std::size_t granted = 0; ///< of the body's bytes
    time_point began;
};

http2_stream::http2_stream(http2_connection& on, std::int32_t id)
    : answer(on), id_(id),
      incoming_(std::make_unique<incoming>(internal::parser_limits{.head = on.shared().options.head_bytes,
                                                                   .body = on.shared().options.body_bytes},
                                           on.time()))
{
    set_due(on.shared().options.head_timeout);
}

http2_stream::~http2_stream() = default;

http2_connection& http2_stream::on() const noexcept
{
    return static_cast<http2_connection&>(on_);
}

// What the session tells

void http2_stream::add_field(std::string_view name, std::string_view value)
{
    if (incoming_)
        incoming_->head.add(name, value);
}

void http2_stream::add_trailer(std::string_view name, std::string_view value)
{
    if (incoming_)
        incoming_->head.add_trailer(name, value);
}

void http2_stream::end_head(bool is_all)
{
    incoming_->head.end(is_all);
    is_head_whole_ = true;
    is_due_ = true;
}

void http2_stream::add_body(std::string_view bytes)
{
    if (!incoming_ || incoming_->head.error()) // it is answered already, and nothing more is granted to it
        return;
    incoming_->head.policy().add_body(bytes);
    is_due_ = true;
}

void http2_stream::end_request()
{
    is_request_whole_ = true;
    is_due_ = true;
}

void http2_stream::closed()
{
    is_closed_ = true;
    is_due_ = true;
}

session_stream::provided http2_stream::provide(char* into, std::size_t most)
{
    provided given;
    most = std::min(most, offered_left_);
    while (given.count != most && !offered_.empty()) {
        auto const piece = asio::const_buffer(offered_.front());
        std::size_t const size = std::min(most - given.count, piece.size() - offered_at_);
        std::memcpy(into + given.count, static_cast<char const*>(piece.data()) + offered_at_, size);
        given.count += size;
        offered_at_ += size;
        if (offered_at_ == piece.size()) {
            offered_ = offered_.subspan(1);
            offered_at_ = 0;
        }
    }
    offered_left_ -= given.count;
    body_left_ -= given.count;
    given.is_end = body_left_ == 0 || (is_ending_ && given.count == 0);
    is_ending_ = is_ending_ || given.is_end;
    return given;
}

// The request

void http2_stream::proceed()
{
    is_due_ = false;
    if (is_closed_)
        return on_closed();
    if (!incoming_ || !is_head_whole_)
        return;
    auto& head = incoming_->head;
    if (head.error())
        return refuse(head.error());
    if (!incoming_->is_decided)
        decide();
    auto const& policy = head.policy();
    if (incoming_->decided.answer)
        return begin(false);
    if (policy.body_so_far() > incoming_->decided.settings->body_bytes)
        return refuse({413, "the body is too large"});
    hold(policy.body_so_far());
    if (is_request_whole_)
        return begin(true);
    if (std::size_t const read = policy.body_so_far() - incoming_->granted; read != 0) {
        incoming_->granted += read;
        on().frames().grant(id_, read);
        on().request_turn();
    }
}

void http2_stream::decide()
{
    auto& policy = incoming_->head.policy();
    incoming_->is_decided = true;
    incoming_->decided = on().receive(policy.head(), policy.body_size());
    set_due(body_time(on_.shared().options, 0));
    if (policy.expects_continue() && !incoming_->decided.answer && !is_request_whole_) {
        on().frames().submit_continue(id_);
        on().request_turn();
    }
}

void http2_stream::begin(bool with_body)
{
    auto const taken = std::move(incoming_);
    due_ = time_point::max();
    request asked = taken->head.policy().take();
    if (!with_body)
        internal::access::set_body(asked, std::string()); // middleware is to see the same, come or not
    hold(asked.body().size());
    is_head_request_ = asked.method() == "HEAD";
    start(&on(), std::move(asked), std::move(taken->decided));
}

void http2_stream::refuse(internal::parse_error why)
{
    ++on_.shared().counts.bad_requests;
    on_.shared().log(
        log_kind::bad_request, log_level::info,
        fmt::format("refused a request of {}: {} {}", on_.peer().to_string(), why.status, why.reason));
    send_alone(response::text(fmt::format("{}\n", why.reason), why.status));
}

void http2_stream::refuse_for_now(std::string_view why)
{
    if (incoming_ && !is_closed_)
        send_alone(on_.shared().refusal(request::get("/"), 503, why));
}

// An answer without an exchange, to a request of which not all is known.
void http2_stream::send_alone(response given)
{
    if (incoming_->is_decided)
        internal::access::complete(given, incoming_->decided.fields);
    incoming_.reset();
    hold(0);
    out_.append(plain_head(given.status(), given.fields(), given.body().size()));
    out_.append(given.body());
    out_.flush();
    set_due(on_.shared().options.write_timeout);
}

// What happens to it

bool http2_stream::can_go_on() const noexcept
{
    return is_awaited_ && on().room() != 0 && on().frames().window(id_) != 0;
}

void http2_stream::on_writable()
{
    is_awaited_ = false;
    out_.on_writable();
    if (is_finishing_)
        finish();
}

void http2_stream::on_time()
{
    due_ = time_point::max();
    if (is_closed_)
        return;
    if (is_at_work() && !is_ending_)
        return end(end_reason::deadline_exceeded);
    if (!incoming_)
        return reset(http2_error::cancel); // its end is not taken
    auto& options = on_.shared().options;
    auto const left = incoming_->is_decided ? body_time(options, incoming_->head.policy().body_so_far()) -
                                                  (on().time() - incoming_->began)
                                            : duration::zero();
    left > duration::zero() ? set_due(left) : refuse({408, "the request did not arrive in time"});
}

void http2_stream::stop(std::optional<std::chrono::milliseconds> retry)
{
    if (is_closed_)
        return;
    is_stopped_ = true;
    if (retry)
        advise(*retry);
    if (is_at_work())
        end(end_reason::server_stopping);
    else if (incoming_ && !retry)
        refuse_for_now("the server is stopping");
}

void http2_stream::end_of(std::string_view principal)
{
    if (is_open_stream() && is_of(principal)) {
        end(end_reason::canceled);
    } else if (incoming_ && incoming_->is_decided && incoming_->decided.to &&
               incoming_->decided.to->is_stream && incoming_->head.policy().head().principal() == principal) {
        refuse_for_now("the stream was ended before it began");
    }
}

void http2_stream::end_for_buffers()
{
    if (is_at_work())
        return full_buffers();
    ++on_.shared().counts.refused;
    on_.shared().log(
        log_kind::refused, log_level::warning,
        fmt::format("refused a request of {}: the server's buffers were full (buffered_bytes), and it "
                    "held most of them",
                    on_.peer().to_string()));
    refuse_for_now("the server's buffers are full");
}

void http2_stream::on_closed()
{
    is_closed_ = true;
    due_ = time_point::max();
    incoming_.reset();
    hold(0);
    if (is_ending_ && running()) // all of the answer has left, which the exchange is about to say
        return;
    if (is_at_work())
        client_left(true);
    auto const over = take_carried(); // told of last
    out_.lose();
    if (running() && !running()->is_answering())
        let_exchange_go();
    on().request_turn();
}

void http2_stream::give_up(end_reason why, bool)
{
    abandon(why);
    reset(why == end_reason::client_gone ? http2_error::cancel : http2_error::internal);
}

void http2_stream::close_now()
{
    give_up(end_reason::server_stopping, false);
}

void http2_stream::reset(http2_error why)
{
    if (is_closed_)
        return;
    is_closed_ = true;
    on().frames().reset(id_, why);
    on_closed();
}

// What becomes of the answer

void http2_stream::stream_begins(std::size_t, duration age)
{
    is_stream_ = true;
    set_due(age);
    on().stream_begins();
}

void http2_stream::exchange_ended(bool is_whole)
{
    if (running()->is_attached() && !is_closed_) {
        hold(0);
        return carry_on();
    }
    auto const finished = take_exchange();
    out_.stop_keep_alive();
    hold(0);
    is_whole ? end_body() : reset(http2_error::internal);
    on().request_turn();
}

void http2_stream::finish()
{
    if (is_closed_)
        return;
    is_finishing_ = true;
    out_.end_body(); // once is enough
    out_.flush();
    bool const is_answering = running() && running()->is_answering();
    if (is_closed_ || out_.unsent() != 0 || is_answering)
        return;
    request_ends(end_reason::handler_returned, {});
    end_body();
    let_exchange_go();
    auto const over = take_carried();
}

// All of it has been handed over; its end may have to wait for the client's window.
void http2_stream::end_body()
{
    if (is_closed_ || is_ending_)
        return;
    is_ending_ = true;
    set_due(on_.shared().options.write_timeout);
    on().frames().resume(id_);
    on().request_turn();
}

// How its bytes leave

std::string http2_stream::stream_head(int status, headers const& fields)
{
    send_head(stream_lines(status, fields, on_.home().date()), !is_head_request_);
    return {};
}

std::string http2_stream::plain_head(int status, headers const& fields, std::uint64_t body_size)
{
    bool const has_body = body_size != 0 && !is_head_request_ && internal::status_allows_body(status);
    send_head(plain_lines(status, fields, body_size, on_.home().date()), has_body);
    if (has_body)
        body_left_ = body_size;
    return {};
}

void http2_stream::send_head(response_lines const& head, bool has_body)
{
    if (is_closed_)
        return;
    is_ending_ = !has_body;
    on().frames().submit_head(id_, head, has_body);
    on().request_turn();
}

internal::write_result http2_stream::write(std::span<asio::const_buffer const> pieces)
{
    if (is_closed_)
        return {.is_gone = true};
    std::size_t const room = std::min(on().room(), on().frames().window(id_));
    if (room == 0)
        return {};
    std::size_t const begin = std::min(room, asio::buffer_size(pieces));
    offered_ = pieces;
    offered_at_ = 0;
    offered_left_ = begin;
    on().frames().resume(id_);
    on().collect();
    offered_ = {};
    return {.taken = begin - std::exchange(offered_left_, 0)};
}

void http2_stream::lost()
{
    if (!is_closed_)
        reset(http2_error::cancel);
}

void http2_stream::hold(std::size_t bytes)
{
    on().change_held(held_, bytes);
    held_ = static_cast<std::uint32_t>(bytes);
}

void http2_stream::set_due(duration from_now)
{
    due_ = from_now > duration::zero() ? later(on().time(), from_now) : time_point::max();
    on().wake_at(due_);
}

} // namespace tidings::detail
