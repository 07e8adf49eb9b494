// SPDX-License-Identifier: BSL-1.0
// How a connection reads, and what of it becomes a request.
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/receive.hpp>
#include <tidings/wait/internal/home_of.hpp>

#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

void connection::on_ready(internal::socket_readiness what)
{
    boost::intrusive_ptr<connection> const alive(this);
    note(what);
    if (what.has_hung_up &&
        is_busy()) // nobody takes the answer, and what is to be read may not be wanted now
        return socket().take_loss() ? client_lost() : client_gone();
    if (what.can_write)
        on_writable();
    read();
}

void connection::read_in_another_turn()
{
    asio::post(home_->io.get_executor(),
               [self = boost::intrusive_ptr<connection>(this)] { self->read_on(); });
}

bool connection::may_read() const noexcept
{
    if (phase_ == phase::closed || phase_ == phase::queued || is_feeding_)
        return false;
    if (is_body_unread()) // the bound must not cost it the answer: what is too much is left to the kernel
        return discarded_ <= home_->shared->options.discarded_input_bytes;
    // A client that pipelines is read again when its answer is out; a stream's input is discarded meanwhile.
    return phase_ != phase::answering || is_streaming() ||
           behind().size() < home_->shared->options.head_bytes;
}

void connection::on_input(std::string_view bytes)
{
    if (phase_ == phase::lingering || is_streaming() || is_body_unread()) {
        discard(bytes.size());
    } else if (phase_ != phase::answering) {
        if (std::size_t const taken = feed(bytes); taken != bytes.size())
            keep(std::make_unique<backlog>(internal::home_of(home_->root), bytes.substr(taken)));
    } else if (exchange_->behind) {
        exchange_->behind->append(bytes);
        hold(held_ + bytes.size());
    } else {
        keep(std::make_unique<backlog>(internal::home_of(home_->root), bytes));
    }
}

// What becomes of input behind a request, which may have been answered meanwhile.
void connection::keep(std::unique_ptr<backlog> input)
{
    std::size_t const size = input->rest().size();
    if (phase_ == phase::idle) {
        enter(phase::queued);
        hold(size);
        input->of = this;
        input.release()->request();
    } else if (is_streaming() || is_body_unread()) {
        discard(size);
    } else if (phase_ == phase::answering) {
        hold(held_ + size);
        exchange_->behind = std::move(input);
    }
}

void backlog::on_turn()
{
    std::unique_ptr<backlog> self(this);
    auto const owner = std::move(of);
    static_cast<connection&>(*owner).go_on(std::move(self));
}

void connection::go_on(std::unique_ptr<backlog> input)
{
    if (phase_ != phase::queued) // it has been closed
        return;
    enter(phase::idle);
    hold(0);
    input->take(feed(input->rest()));
    if (!input->rest().empty())
        keep(std::move(input));
    await_request();
}

void connection::await_request()
{
    if (is_feeding_ || phase_ == phase::queued) // then this is for later
        return;
    if (has_input_ended())
        on_end_of_input(); // what came whole before it was answered first
    if (home_->is_draining && !is_busy())
        stop(std::nullopt); // it could not be stopped with the others
    read();
}

void connection::discard(std::size_t count)
{
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    discarded_ = static_cast<std::uint32_t>(std::min(most, discarded_ + count));
    if (discarded_ <= home_->shared->options.discarded_input_bytes || is_body_unread())
        return;
    if (phase_ != phase::lingering) {
        ++home_->shared->counts.bad_requests;
        log_cut("the client sent more than discarded_input_bytes into its open stream");
    }
    give_up(false);
}

void connection::on_end_of_input()
{
    if (!is_busy())
        return close(false);
    if (phase_ == phase::carrying || out_.is_open())
        return on_half_close_ == half_close::end ? client_gone() : out_.probe();
    // An answer that the handler still gives is written all the same: who has half-closed takes it, and who
    // is gone answers with a reset. Requests behind this one show that the client wanted its answers when it
    // closed.
    if (on_half_close_ != half_close::keep && !has_request_waiting())
        exchange_->client_left(false);
}

// Whether one is complete behind this one. What is left to the kernel counts as one: who has half-closed
// could lose an answer, and who is gone is found by the kernel's probes.
bool connection::has_request_waiting() const
{
    std::string_view const bytes = behind();
    if (bytes.empty())
        return false;
    if (bytes.size() >= home_->shared->options.head_bytes)
        return true;
    auto next = home_->take_incoming();
    auto at = next->parser.feed(bytes);
    if (at.state == internal::parse_state::head_complete)
        at = next->parser.feed(bytes.substr(at.consumed));
    home_->give_back(std::move(next));
    return at.state == internal::parse_state::complete;
}

// Takes one request off the front of the bytes, at most, and maybe answers it; returns how much that was.
std::size_t connection::feed(std::string_view bytes)
{
    // An answer may be out before this returns; then what comes next is here, and not yet in the socket.
    is_feeding_ = true;
    std::size_t taken = 0;
    try {
        taken = parse(bytes);
    } catch (...) { // where it stopped cannot be told; it costs this client its connection, and no other
        is_feeding_ = false;
        give_up(true);
        throw;
    }
    is_feeding_ = false;
    return taken;
}

std::size_t connection::parse(std::string_view bytes)
{
    std::size_t taken = 0;
    do {
        if (!incoming_)
            incoming_ = home_->take_incoming();
        auto& parser = incoming_->parser;
        auto const [consumed, state] = parser.feed(bytes.substr(taken));
        taken += consumed;
        hold(held_ + consumed);
        switch (state) {
        case internal::parse_state::need_more:
            if (occupation_ == occupation::idle && parser.has_begun())
                phase_ == phase::idle ? enter(phase::head) : home_->move(*this, occupation::reading);
            break;
        case internal::parse_state::head_complete:
            enter(phase::body);
            decide();
            if (is_answered_now(bytes.size() - taken))
                begin_exchange(true);
            else
                tell_to_go_on();
            break;
        case internal::parse_state::failed:
            refuse(parser.error());
            break;
        case internal::parse_state::complete:
            if (phase_ != phase::body)
                decide();
            begin_exchange(false);
            break;
        }
    } while (phase_ == phase::body && taken != bytes.size());
    return taken;
}

bool connection::is_answered_now(std::size_t bytes_at_hand) const noexcept
{
    if (is_turned_away())
        return true;
    auto const& parser = incoming_->parser;
    bool const is_body_at_hand =
        !parser.is_body_too_large() && parser.body_size().value_or(bytes_at_hand + 1) <= bytes_at_hand;
    return incoming_->decided.answer && !is_body_at_hand;
}

void connection::tell_to_go_on()
{
    if (incoming_->decided.answer || !incoming_->parser.expects_continue())
        return;
    asio::const_buffer const go_on("HTTP/1.1 100 Continue\r\n\r\n", 25);
    (void)socket().send({&go_on, 1}); // lost, the client sends its body after a while all the same
}

void connection::decide()
{
    request& head = incoming_->parser.head();
    head.set_remote_address(home_->shared->proxies.client_address(peer_.to_string(), head));
    incoming_->decided = receive(*home_, head, incoming_->parser.body_size());
    incoming_->parser.limit_body(incoming_->decided.settings->body_bytes);
}

void connection::begin_exchange(bool is_body_unread)
{
    request asked = incoming_->parser.take();
    reception decided = std::move(incoming_->decided);
    home_->give_back(std::move(incoming_));
    if (decided.answer)
        asked.set_body({}); // middleware is to see the same, whether it has come or not
    hold(asked.body().size());
    enter(phase::answering);
    discarded_ = 0;
    out_.use(decided.settings->writing);
    on_half_close_ = decided.settings->on_half_close;
    begin_answer(asked);
    exchange_ = std::make_unique<exchange>(*home_, *this, context::root(home_->io.get_executor()),
                                           std::move(asked), is_body_unread);
    exchange_->start(this, std::move(decided));
}

// Of a request whose head is not known.
void connection::refuse_for_now(std::string_view why)
{
    answer_and_linger(home_->shared->refusal(request::get("/"), 503, why));
}

void connection::refuse(internal::parse_error error)
{
    ++home_->shared->counts.bad_requests;
    home_->shared->log(
        log_kind::bad_request, log_level::info,
        fmt::format("refused a request of {}: {} {}", peer_.to_string(), error.status, error.reason));
    auto answer = response::text(fmt::format("{}\n", error.reason), error.status);
    answer.complete_with(incoming_->decided.fields);
    answer_and_linger(answer);
}

} // namespace tidings::detail
