// SPDX-License-Identifier: BSL-1.0
// How an HTTP/1.1 connection takes requests off what it reads.
#include <tidings/server/detail/http1_connection.hpp>
#include <tidings/server/detail/receive.hpp>
#include <tidings/wait/internal/tasks.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

bool http1_connection::may_read() const noexcept
{
    if (phase_ == phase::queued || is_feeding_)
        return false;
    if (phase_ == phase::skipping) // its bound must not cost it the answer: too much is left to the kernel
        return discarded_ <= shared().options.discarded_input_bytes;
    // A client that pipelines is read again when its answer is out.
    return phase_ != phase::answering || behind().size() < shared().options.head_bytes;
}

void http1_connection::on_input(std::string_view bytes)
{
    switch (react(phase_, happening::input)) {
    case reaction::feed:
        if (std::size_t const taken = feed(bytes); taken != bytes.size())
            keep(std::make_unique<backlog>(internal::home_of(home().root), bytes.substr(taken)));
        break;
    case reaction::keep:
        if (!exchange_->behind)
            return keep(std::make_unique<backlog>(internal::home_of(home().root), bytes));
        exchange_->behind->append(bytes);
        hold(held() + bytes.size());
        break;
    case reaction::discard:
        discard(bytes.size());
        break;
    default:
        break;
    }
}

// What becomes of input behind a request, which may have been answered meanwhile.
void http1_connection::keep(std::unique_ptr<backlog> input)
{
    std::size_t const size = input->rest().size();
    if (phase_ == phase::idle) {
        enter(phase::queued);
        hold(size);
        input->of = this;
        input.release()->request();
    } else if (phase_ == phase::answering) {
        hold(held() + size);
        exchange_->behind = std::move(input);
    } else if (is_busy(phase_)) {
        discard(size);
    }
}

void backlog::on_turn()
{
    std::unique_ptr<backlog> self(this);
    auto const owner = std::move(of);
    static_cast<http1_connection&>(*owner).go_on(std::move(self));
}

void http1_connection::go_on(std::unique_ptr<backlog> input)
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

void http1_connection::await_request()
{
    if (is_feeding_ || phase_ == phase::queued) // then this is for later
        return;
    if (has_input_ended())
        happen(happening::end_of_input); // what came whole before it was answered first
    if (home().is_draining && !is_busy(phase_))
        stop(std::nullopt); // it could not be stopped with the others
    read();
}

void http1_connection::discard(std::size_t count)
{
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    discarded_ = static_cast<std::uint32_t>(std::min(most, discarded_ + count));
    if (discarded_ <= shared().options.discarded_input_bytes || phase_ == phase::skipping)
        return;
    if (phase_ != phase::lingering) {
        ++shared().counts.bad_requests;
        log_cut("the client sent more than discarded_input_bytes into its open stream");
    }
    request_ends(end_reason::canceled);
    give_up(end_reason::client_gone, false);
}

std::string_view http1_connection::behind() const noexcept
{
    return exchange_ && exchange_->behind ? exchange_->behind->rest() : std::string_view();
}

// Whether one is complete behind this one. What is left to the kernel counts as one: who has half-closed
// could lose an answer, and who is gone is found by the kernel's probes.
bool http1_connection::has_request_waiting() const
{
    std::string_view const bytes = behind();
    if (bytes.empty())
        return false;
    if (bytes.size() >= shared().options.head_bytes)
        return true;
    auto next = home().take_incoming();
    auto at = next->parser.feed(bytes);
    if (at.state == internal::parse_state::head_complete)
        at = next->parser.feed(bytes.substr(at.consumed));
    home().give_back(std::move(next));
    return at.state == internal::parse_state::complete;
}

// Takes one request off the front of the bytes, at most, and maybe answers it; returns how much that was.
std::size_t http1_connection::feed(std::string_view bytes)
{
    // An answer may be out before this returns; then what comes next is here, and not yet in the socket.
    is_feeding_ = true;
    std::size_t taken = 0;
    try {
        taken = parse(bytes);
    } catch (...) { // where it stopped cannot be told; it costs this client its connection, and no other
        is_feeding_ = false;
        give_up(end_reason::client_gone, true);
        throw;
    }
    is_feeding_ = false;
    return taken;
}

std::size_t http1_connection::parse(std::string_view bytes)
{
    std::size_t taken = 0;
    do {
        if (!incoming_)
            incoming_ = home().take_incoming();
        auto& parser = incoming_->parser;
        auto const [consumed, state] = parser.feed(bytes.substr(taken));
        taken += consumed;
        hold(held() + consumed);
        switch (state) {
        case internal::parse_state::need_more:
            if (phase_ == phase::idle && parser.has_begun()) {
                enter(phase::head);
            } else if (phase_ == phase::fresh && parser.has_begun()) { // whose time runs since the accept
                phase_ = phase::head;
                occupy(occupation_in(phase_));
            }
            break;
        case internal::parse_state::head_complete:
            enter(phase::body);
            decide();
            if (is_answered_now(bytes.size() - taken))
                begin_exchange(phase::skipping);
            else if (!incoming_->decided.answer && parser.expects_continue()) {
                asio::const_buffer const go_on("HTTP/1.1 100 Continue\r\n\r\n", 25);
                (void)socket().send(
                    {&go_on, 1}); // lost, the client sends its body after a while all the same
            }
            break;
        case internal::parse_state::failed:
            refuse(parser.error());
            break;
        case internal::parse_state::complete:
            if (phase_ != phase::body)
                decide();
            begin_exchange(phase::answering);
            break;
        }
    } while (phase_ == phase::body && taken != bytes.size());
    return taken;
}

void http1_connection::decide()
{
    request& head = incoming_->parser.head();
    internal::access::set_remote_address(head, shared().proxies.client_address(peer().to_string(), head));
    reception& decided = incoming_->decided;
    decided = receive(home(), head, incoming_->parser.body_size());
    incoming_->parser.limit_body(decided.settings->body_bytes);
    if (how_admitted() == admission::full)
        decided.answer = shared().refusal(head, 503, "the server is full");
    else if (how_admitted() == admission::too_many_of_address)
        decided.answer = shared().refusal(head, 429, "too many connections of this address");
}

// Whether the answer is known, and the body not worth reading; one that is here already is skipped.
bool http1_connection::is_answered_now(std::size_t bytes_at_hand) const noexcept
{
    auto const& parser = incoming_->parser;
    bool const is_body_at_hand =
        !parser.is_body_too_large() && parser.body_size().value_or(bytes_at_hand + 1) <= bytes_at_hand;
    return is_turned_away() || (incoming_->decided.answer && !is_body_at_hand);
}

void http1_connection::begin_exchange(phase how)
{
    request asked = incoming_->parser.take();
    reception decided = std::move(incoming_->decided);
    home().give_back(std::move(incoming_));
    if (decided.answer)
        internal::access::set_body(
            asked, std::string()); // middleware is to see the same, whether it has come or not
    hold(asked.body().size());
    enter(how);
    discarded_ = 0;
    out_.use(decided.settings->writing);
    on_half_close_ = decided.settings->on_half_close;
    is_http_1_0_ = asked.http_minor() == 0;
    may_reuse_ = asked.keep_alive();
    is_finishing_ = false;
    has_end_ = false;
    if (is_limited_)
        socket().limit_unacknowledged({});
    is_limited_ = false;
    exchange_ = std::make_unique<answered_request>(home(), *this, std::move(asked));
    exchange_->start(this, std::move(decided));
}

} // namespace tidings::detail
