// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/http1_connection.hpp>
#include <tidings/wait/internal/tasks.hpp>

#include <algorithm>
#include <limits>

namespace asio = boost::asio;

namespace tidings::detail {

bool http1_requests::is_for_stream() const noexcept
{
    return incoming_->decided.to && incoming_->decided.to->is_stream;
}

bool http1_requests::wants_input(http1_connection const& on) const noexcept
{
    if (on.at() == phase::queued || is_feeding_)
        return false;
    if (on.at() == phase::skipping) // its bound must not cost it the answer: too much is left to the kernel
        return discarded_ <= on.shared().options.discarded_input_bytes;
    // A client that pipelines is read again when its answer is out.
    return on.at() != phase::answering || behind(on).size() < on.shared().options.head_bytes;
}

void http1_requests::on_input(http1_connection& on, std::string_view bytes)
{
    switch (react(on.at(), happening::input)) {
    case reaction::feed:
        keep(on, bytes.substr(feed(on, bytes)));
        break;
    case reaction::keep:
        if (behind(on).empty())
            return keep(on, bytes);
        incoming_->behind->append(bytes);
        on.hold(on.held() + bytes.size());
        break;
    case reaction::discard:
        discard(on, bytes.size());
        break;
    default:
        break;
    }
}

void http1_requests::keep(http1_connection& on, std::string_view bytes)
{
    if (!bytes.empty())
        keep(on, std::make_unique<backlog>(internal::home_of(on.home().root), bytes));
}

// What becomes of input behind a request, which may have been answered meanwhile.
void http1_requests::keep(http1_connection& on, std::unique_ptr<backlog> input)
{
    std::size_t const size = input ? input->rest().size() : 0;
    if (size == 0)
        return;
    if (on.at() == phase::idle) {
        on.enter(phase::queued);
        on.hold(size);
        input->of = &on;
        input.release()->request();
    } else if (on.at() == phase::answering) {
        on.hold(on.held() + size);
        if (!incoming_)
            incoming_ = on.home().take_incoming();
        incoming_->behind = std::move(input);
    } else if (on.is_at_work()) {
        discard(on, size);
    }
}

void backlog::on_turn()
{
    std::unique_ptr<backlog> self(this);
    auto const owner = std::move(of);
    auto& on = static_cast<http1_connection&>(*owner);
    on.requests().go_on(on, std::move(self));
}

void http1_requests::go_on(http1_connection& on, std::unique_ptr<backlog> input)
{
    if (on.at() != phase::queued) // it has been closed
        return;
    on.enter(phase::idle);
    on.hold(0);
    input->take(feed(on, input->rest()));
    keep(on, std::move(input));
    await_next(on);
}

void http1_requests::await_next(http1_connection& on)
{
    if (is_feeding_ || on.at() == phase::queued) // then this is for later
        return;
    if (on.has_input_ended())
        on.happen(happening::end_of_input); // what came whole before it was answered first
    if (on.home().is_draining && !on.is_at_work())
        on.stop(std::nullopt); // it could not be stopped with the others
    on.read();
}

void http1_requests::discard(http1_connection& on, std::size_t count)
{
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    discarded_ = static_cast<std::uint32_t>(std::min(most, discarded_ + count));
    if (discarded_ <= on.shared().options.discarded_input_bytes || on.at() == phase::skipping)
        return;
    if (on.at() == phase::lingering)
        return on.close(false);
    ++on.shared().counts.bad_requests;
    on.answer().too_much_input();
}

std::unique_ptr<backlog> http1_requests::take_behind(http1_connection const& on)
{
    return behind(on).empty() ? nullptr : std::move(incoming_->behind);
}

std::string_view http1_requests::behind(http1_connection const& on) const noexcept
{
    bool const is_some = on.at() == phase::answering && incoming_ && incoming_->behind;
    return is_some ? incoming_->behind->rest() : std::string_view();
}

// Whether a whole one is. What is left to the kernel counts as one: who has half-closed could lose an answer,
// and who is gone is found by the kernel's probes.
bool http1_requests::is_one_waiting(http1_connection const& on) const
{
    std::string_view const bytes = behind(on);
    if (bytes.empty() || bytes.size() >= on.shared().options.head_bytes)
        return !bytes.empty();
    auto next = on.home().take_incoming();
    auto at = next->parser.feed(bytes);
    if (at.state == internal::parse_state::head_complete)
        at = next->parser.feed(bytes.substr(at.consumed));
    on.home().give_back(std::move(next));
    return at.state == internal::parse_state::complete;
}

// Takes one request off the front of the bytes, at most, and maybe answers it; returns how much that was.
std::size_t http1_requests::feed(http1_connection& on, std::string_view bytes)
{
    // An answer may be out before this returns; then what comes next is here, and not yet in the socket.
    is_feeding_ = true;
    std::size_t taken = 0;
    try {
        taken = parse(on, bytes);
    } catch (...) { // where it stopped cannot be told; it costs this client its connection, and no other
        is_feeding_ = false;
        on.give_up(end_reason::client_gone, true);
        throw;
    }
    is_feeding_ = false;
    return taken;
}

std::size_t http1_requests::parse(http1_connection& on, std::string_view bytes)
{
    std::size_t taken = 0;
    do {
        if (!incoming_)
            incoming_ = on.home().take_incoming();
        auto& parser = incoming_->parser;
        std::string const before(parser.unfinished_head());
        auto const [consumed, state] = parser.feed(bytes.substr(taken));
        bool const is_head_here = on.at() != phase::body && (state == internal::parse_state::head_complete ||
                                                             state == internal::parse_state::complete);
        if (is_head_here && on.gives_back(parser.head(), before, bytes.substr(taken)))
            return bytes.size();
        taken += consumed;
        on.hold(on.held() + consumed);
        switch (state) {
        case internal::parse_state::need_more:
            if (on.at() < phase::head && parser.has_begun())
                on.enter(phase::head);
            break;
        case internal::parse_state::head_complete:
            on.enter(phase::body);
            decide(on);
            if (is_answered_now(on, bytes.size() - taken))
                on.begin_answer(phase::skipping);
            else if (!incoming_->decided.answer && parser.expects_continue()) {
                asio::const_buffer const go_on("HTTP/1.1 100 Continue\r\n\r\n", 25);
                (void)on.socket().send(
                    {&go_on, 1}); // lost, the client sends its body after a while all the same
            }
            break;
        case internal::parse_state::failed:
            // The record of a handshake begins with a byte that no method has.
            bytes.front() == '\x16' && on.at() < phase::body ? on.refuse_tls() : on.refuse(parser.error());
            break;
        case internal::parse_state::complete:
            if (on.at() != phase::body)
                decide(on);
            on.begin_answer(phase::answering);
            break;
        }
    } while (on.at() == phase::body && taken != bytes.size());
    return taken;
}

void http1_requests::decide(http1_connection& on)
{
    auto& parser = incoming_->parser;
    incoming_->decided = on.receive(parser.head(), parser.body_size());
    parser.limit_body(incoming_->decided.settings->body_bytes);
}

// Whether the answer is known, and the body not worth reading; one that is here already is skipped.
bool http1_requests::is_answered_now(http1_connection const& on, std::size_t bytes_at_hand) const noexcept
{
    auto const& parser = incoming_->parser;
    bool const is_body_at_hand =
        !parser.is_body_too_large() && parser.body_size().value_or(bytes_at_hand + 1) <= bytes_at_hand;
    return on.is_turned_away() || (incoming_->decided.answer && !is_body_at_hand);
}

std::pair<request, reception> http1_requests::take(http1_connection& on)
{
    std::pair taken{incoming_->parser.take(), std::move(incoming_->decided)};
    on.home().give_back(std::move(incoming_));
    discarded_ = 0;
    return taken;
}

void http1_requests::drop(http1_connection const& on) noexcept
{
    on.home().give_back(std::move(incoming_));
}

} // namespace tidings::detail
