// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/response_framing.hpp>
#include <tidings/net/internal/stream_socket.hpp>
#include <tidings/testing/detail/memory_run.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace tidings::testing::detail {

memory_run::memory_run(asio::io_context& loop, handler answer, request asked, server_options options)
    : internal::handler_run(context::root(loop.get_executor()), body_, options.grace_timeout,
                            std::move(asked)),
      options_(std::move(options)), writing_{.keep_alive = options_.keep_alive,
                                             .write_timeout = options_.write_timeout,
                                             .least_rate = options_.least_rate,
                                             .queue_bytes = options_.queue_bytes},
      body_(get_context(), *this, writing_), handler_(std::move(answer)), probes_(get_context(), *this)
{
    if (handler_.is_stream)
        out().start_keep_alive();
}

// What the peer and the server do

void memory_run::leave()
{
    boost::intrusive_ptr<memory_run> const alive(this);
    if (body_.is_blocked())
        return reset(); // as a peer does that closes with bytes unread
    is_closed_ = true;
    half_close();
}

// As `connection::on_end_of_input`.
void memory_run::half_close()
{
    boost::intrusive_ptr<memory_run> const alive(this);
    if (is_over_)
        return;
    if (is_answering() && !body_.is_open()) {
        if (options_.on_half_close != tidings::half_close::keep)
            end(end_reason::client_gone);
    } else if (options_.on_half_close == tidings::half_close::end) {
        reset();
    } else {
        body_.probe();
    }
}

void memory_run::reset()
{
    boost::intrusive_ptr<memory_run> const alive(this);
    end(end_reason::client_gone);
    lose();
}

void memory_run::vanish()
{
    capacity_ = 0;
    probes_.start(internal::probes_of(options_.keep_alive).worst());
}

void memory_run::probes_unanswered()
{
    if (!is_over_ && body_.unsent() == 0) // else the write timeout decides
        reset();
}

void memory_run::stop_server()
{
    boost::intrusive_ptr<memory_run> const alive(this);
    bool const is_handed_over = is_attached() && !is_answering();
    end(end_reason::server_stopping);
    if (is_handed_over) {
        body_.end_feed();
        finish();
    }
}

void memory_run::set_capacity(std::size_t bytes)
{
    capacity_ = bytes;
    if (bytes == 0 || !std::exchange(is_awaited_, false))
        return;
    boost::intrusive_ptr<memory_run> const alive(this);
    body_.on_writable();
    if (is_finishing_)
        finish();
}

void memory_run::lose()
{
    is_gone_ = true;
    body_.lose();
    if (!is_answering())
        be_over();
}

void memory_run::be_over()
{
    is_over_ = true;
    body_.stop_keep_alive();
}

// transport

std::string memory_run::stream_head(int status, headers const& fields)
{
    head_ = received_head(internal::stream_head(status, fields, {}));
    return {}; // kept apart from the body, which is all that `text` shows
}

internal::write_result memory_run::write(std::span<asio::const_buffer const> pieces)
{
    if (is_gone_)
        return {.is_gone = true};
    if (is_closed_) { // the peer's answer
        asio::post(get_context().get_executor(),
                   [self = boost::intrusive_ptr<memory_run>(this)] { self->reset(); });
        return {.taken = asio::buffer_size(pieces)};
    }
    std::size_t taken = 0;
    for (auto const& piece : pieces) {
        std::size_t const part = std::min(piece.size(), capacity_);
        text_.append(static_cast<char const*>(piece.data()), part);
        taken += part;
        if (capacity_ != unlimited)
            capacity_ -= part;
    }
    return {.taken = taken};
}

void memory_run::finish()
{
    if (!std::exchange(is_finishing_, true))
        body_.end_body();
    body_.flush();
    if (body_.unsent() == 0 && !is_answering())
        be_over();
}

void memory_run::cut(cut_reason why)
{
    why_cut_ = why;
    reset();
}

// handler_run

asio::awaitable<bool> memory_run::send_response(response& answer)
{
    head_ = received_head(internal::plain_head(answer.status(), answer.fields(), answer.body().size(), {}));
    text_ = answer.body();
    answer_ = answer;
    co_return true;
}

std::optional<event_text> memory_run::last_words(std::exception_ptr failure)
{
    if (!options_.on_handler_error)
        return std::nullopt;
    return options_.on_handler_error(failure, asked());
}

void memory_run::handler_abandoned()
{
    is_abandoned_ = true;
    lose();
}

void memory_run::ended(bool)
{
    if (!is_attached() || body_.is_lost())
        return be_over();
    auto const why = get_context().reason();
    bool const is_to_end = why == end_reason::server_stopping || why == end_reason::deadline_exceeded;
    if (is_to_end)
        body_.end_feed();
    if (is_to_end || is_finishing_) // as a connection does that would carry the stream on
        finish();
}

} // namespace tidings::testing::detail
