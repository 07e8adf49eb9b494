// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/handshakes.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace tidings::detail {

handshake::handshake(handshakes& among, user& of, std::size_t most) : among_(among), of_(of)
{
    while (among_.count_ >= std::max<std::size_t>(most, 1))
        among_.give_up_oldest();
    among_.in_progress_.push_back(static_cast<handshake_in_progress&>(*this));
    ++among_.count_;
}

handshake::~handshake()
{
    if (handshake_in_line::is_linked())
        handshake_in_line::unlink();
    if (handshake_in_progress::is_linked()) {
        handshake_in_progress::unlink();
        --among_.count_;
    }
}

bool handshake::may_step()
{
    if (handshake_in_line::is_linked())
        return false;
    if (among_.take_step())
        return true;
    among_.wait_in_line(*this);
    return false;
}

bool handshakes::take_step()
{
    if (steps_left_ == 0)
        return false;
    --steps_left_;
    return true;
}

// The next ones are for another turn, behind what others have asked for meanwhile.
void handshakes::wait_in_line(handshake& which)
{
    if (!static_cast<handshake_in_line&>(which).is_linked())
        in_line_.push_back(static_cast<handshake_in_line&>(which));
    if (!std::exchange(has_posted_, true))
        boost::asio::post(io_, [this] { call_in_turn(); });
}

void handshakes::give_up_oldest()
{
    auto& oldest = static_cast<handshake&>(static_cast<handshake_in_progress&>(in_progress_.front()));
    static_cast<handshake_in_progress&>(oldest).unlink();
    --count_;
    wait_in_line(oldest);
}

void handshakes::on_turn()
{
    has_posted_ = false;
    steps_left_ = steps_in_a_row;
    // Who is told takes a step or ends, and who has to wait once more stands at the end of the line again.
    while (steps_left_ != 0 && !in_line_.is_empty()) {
        auto& next = static_cast<handshake&>(static_cast<handshake_in_line&>(in_line_.front()));
        static_cast<handshake_in_line&>(next).unlink();
        next.of_.on_step();
    }
    if (!in_line_.is_empty() && !std::exchange(has_posted_, true))
        boost::asio::post(io_, [this] { call_in_turn(); });
}

} // namespace tidings::detail
