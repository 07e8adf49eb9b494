// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop_timer.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/net/internal/reactor.hpp>
#include <tidings/net/redis/internal/engine_connection.hpp>
#include <tidings/net/redis/internal/engine_url.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::internal {

/// The connections of a process to its engine, one for commands and one for what is pushed: made together,
/// closed together, and made again after a pause that grows. A third one, for waits, is made where it is
/// wanted, and closed with them. On the loop's thread only.
class engine_connections final : engine_connection::owner, loop_timer
{
public:
    class user
    {
    public:
        /// They are being made; looking up a name may have blocked before.
        virtual void on_connecting() = 0;
        virtual void on_connected() = 0;
        virtual void on_answers(std::string_view bytes) = 0;
        virtual void on_pushes(std::string_view bytes) = 0;
        /// The third one is there.
        virtual void on_waits_connected() = 0;
        virtual void on_waits(std::string_view bytes) = 0;
        /// All are closed, and will be made again.
        virtual void on_lost(engine_fault const& why) = 0;

    protected:
        ~user() = default;
    };

    engine_connections(boost::asio::io_context& io, engine_url where, user& of);

    void connect();
    /// The third one, once the others are there.
    void connect_waits() { waits_.connect(addresses_); }
    void send(std::string commands, std::string subscriptions, std::string waits);
    /// Closes all, for now.
    void fail(engine_fault why);
    /// Everything goes well: after a while of it the next pause is a short one.
    void note_success();
    /// So often they were made in a row and failed.
    std::size_t failures() const noexcept { return failures_; }
    /// For good.
    void close();

private:
    void on_connected() override;
    void on_bytes(engine_connection& from, std::string_view bytes) override;
    void on_lost(engine_fault const& why) override { fail(why); }
    void on_time() override { connect(); }

    engine_url const where_;
    user& user_;
    std::shared_ptr<reactor> const reactor_;
    engine_connection commands_;
    engine_connection pushes_;
    engine_connection waits_;
    std::vector<dial_address> addresses_; // of the present engine
    bool is_apart_ = true;                // waits for the next try, or is closed
    std::size_t failures_ = 0;
    time_point well_since_ = time_point::max();
    std::minstd_rand random_;
};

} // namespace tidings::internal
