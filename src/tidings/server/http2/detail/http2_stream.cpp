// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/http1_phases.hpp>
#include <tidings/server/http2/detail/http2_connection.hpp>
#include <tidings/server/http2/detail/http2_stream.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace asio = boost::asio;

namespace tidings::detail {

http2_stream::http2_stream(http2_connection& on, std::int32_t id)
    : answer(on), id_(id), incoming_(std::make_unique<incoming_request>(
                               internal::parser_limits{.head = on.shared().options.head_bytes,
                                                       .body = on.shared().options.body_bytes},
                               on.time()))
{
    set_due(on.shared().options.head_timeout);
}

http2_connection& http2_stream::on() const noexcept
{
    return static_cast<http2_connection&>(on_);
}

// What the session tells

void http2_stream::add_field(std::string_view name, std::string_view value)
{
    if (incoming_)
        incoming_->add_field(name, value);
}

void http2_stream::add_trailer(std::string_view name, std::string_view value)
{
    if (incoming_)
        incoming_->add_trailer(name, value);
}

void http2_stream::end_head(bool is_all)
{
    if (!incoming_) // it is answered already, here and below
        return;
    incoming_->end_head(is_all);
    on().note(*this);
}

void http2_stream::add_body(std::string_view bytes)
{
    if (!incoming_) // and nothing more is granted to it
        return;
    incoming_->add_body(bytes);
    on().note(*this);
}

void http2_stream::end_request()
{
    if (!incoming_)
        return;
    incoming_->end();
    on().note(*this);
}

bool http2_stream::sends_last(std::size_t count)
{
    body_left_ -= count;
    unread_ += static_cast<std::uint32_t>(count); // which a window bounds
    bool const is_last = body_left_ == 0 || (is_ending_ && count == 0);
    is_ending_ = is_ending_ || is_last;
    return is_last;
}

void http2_stream::window_grown(std::size_t by)
{
    unread_ -= static_cast<std::uint32_t>(std::min<std::size_t>(by, unread_));
}

void http2_stream::closed()
{
    is_closed_ = true;
    on().note(*this);
}

// The request

void http2_stream::proceed()
{
    if (is_closed_)
        return on_closed();
    if (!incoming_ || !incoming_->has_head())
        return;
    if (!incoming_->error() && !incoming_->decided())
        decide();
    if (incoming_->error())
        return refuse(incoming_->error());
    hold(incoming_->policy().body_so_far());
    if (incoming_->is_whole() || incoming_->decided()->answer)
        return begin();
    if (std::size_t const read = incoming_->take_news(); read != 0)
        on().frames().grant(id_, read);
}

void http2_stream::decide()
{
    auto& policy = incoming_->policy();
    incoming_->decide(on().receive(policy.head(), policy.body_size()));
    set_due(body_time(on_.shared().options, 0));
    if (policy.expects_continue() && !incoming_->decided()->answer && !incoming_->is_whole())
        on().frames().submit_continue(id_);
}

void http2_stream::begin()
{
    auto const taken = std::move(incoming_);
    due_ = time_point::max();
    request asked = taken->policy().take();
    if (taken->decided()->answer)
        internal::access::set_body(asked, std::string()); // middleware is to see the same, come or not
    hold(asked.body().size());
    is_head_request_ = asked.method() == "HEAD";
    start(&on(), std::move(asked), std::move(*taken->decided()));
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
        send_alone(on_.home().refusal(request::get("/"), 503, why));
}

// An answer without an exchange, to a request of which not all is known.
void http2_stream::send_alone(response given)
{
    if (auto const* const decided = incoming_->decided())
        internal::access::complete(given, decided->fields);
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
    return on().window(id_, unread_) != 0;
}

void http2_stream::on_writable()
{
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
    duration const left = incoming_->time_left(on_.shared().options, on().time());
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
    } else if (incoming_ && incoming_->decided() && incoming_->decided()->to &&
               incoming_->decided()->to->is_stream && incoming_->policy().head().principal() == principal) {
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
    answer::on_closed();
    on().note_end();
}

void http2_stream::give_up(end_reason why, bool)
{
    abandon(why);
    reset(why == end_reason::client_gone ? http2_error::cancel : http2_error::internal);
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
    on().note_end();
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
    if (!has_body)
        is_ending_ = true;
    on().frames().submit_head(id_, head, has_body);
}

internal::write_result http2_stream::write(std::span<asio::const_buffer const> pieces)
{
    if (is_closed_)
        return {.is_gone = true};
    std::size_t const most = on().window(id_, unread_);
    if (most == 0)
        return {};
    on().frames().offer(id_, pieces, most);
    on().collect();
    return {.taken = on().frames().end_offer()};
}

void http2_stream::await_writable()
{
    on().await_room(*this);
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
