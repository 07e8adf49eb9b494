// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/list.hpp>
#include <tidings/loop/internal/loop_call.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>

namespace tidings::detail {

class handshakes;

struct handshake_in_progress : internal::list_link
{};
struct handshake_in_line : internal::list_link
{};

/// One handshake, from the accept to its end.
class handshake : handshake_in_progress, handshake_in_line
{
public:
    class user
    {
    public:
        /// The handshake may take a step, or was given up.
        virtual void on_step() = 0;

    protected:
        ~user() = default;
    };

    handshake(handshakes& among, user& of, std::size_t most);
    ~handshake();
    handshake(handshake const&) = delete;
    handshake& operator=(handshake const&) = delete;

    /// Whether it may take a step in this turn; else its user is told later.
    [[nodiscard]] bool may_step();
    /// It had to make room for others.
    bool is_given_up() const noexcept { return !handshake_in_progress::is_linked(); }

private:
    friend class handshakes;

    handshakes& among_;
    user& of_;
};

/// The handshakes of one loop. A step may cost as much as a hundred deliveries, so only a few are taken in a
/// row before others have their turn.
class handshakes final : internal::loop_call
{
public:
    static constexpr int steps_in_a_row = 6; ///< some 2 ms; 4 ms of RSA

    handshakes(internal::loop& home, boost::asio::io_context& io) : loop_call(home), io_(io) {}

    std::size_t in_progress() const noexcept { return count_; }

private:
    friend class handshake;

    bool take_step();
    void wait_in_line(handshake& which);
    void give_up_oldest();
    void on_turn() override;

    boost::asio::io_context& io_;
    internal::link_list in_progress_; // the oldest first
    internal::link_list in_line_;
    std::size_t count_ = 0;
    int steps_left_ = steps_in_a_row;
    bool has_posted_ = false;
};

} // namespace tidings::detail
