// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/engine_connections.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tidings::internal {

namespace {

using namespace std::chrono_literals;

constexpr duration first_pause = 50ms;
constexpr duration longest_pause = 5s;
constexpr std::size_t doublings = 7;

} // namespace

engine_connections::engine_connections(boost::asio::io_context& io, engine_url where, user& of)
    : loop_timer(loop::of(io.get_executor())), where_(std::move(where)), user_(of),
      reactor_(std::make_shared<reactor>(io)), commands_(reactor_, where_, *this),
      pushes_(reactor_, where_, *this), waits_(reactor_, where_, *this), random_(std::random_device{}())
{}

void engine_connections::connect()
{
    try {
        addresses_ = addresses_of(where_);
        is_apart_ = false;
        user_.on_connecting();
        commands_.connect(addresses_);
        if (!is_apart_) // the first may have failed at once
            pushes_.connect(addresses_);
    } catch (engine_fault const& fault) {
        is_apart_ = false;
        fail(fault);
    }
}

void engine_connections::send(std::string commands, std::string subscriptions, std::string waits)
{
    commands_.send(std::move(commands));
    pushes_.send(std::move(subscriptions));
    waits_.send(std::move(waits));
}

// Processes that have lost the same engine do not come back in the same moment.
void engine_connections::fail(engine_fault why)
{
    if (std::exchange(is_apart_, true)) // another one has failed already
        return;
    if (!why.is_lasting &&
        (commands_.is_in_handshake() || pushes_.is_in_handshake() || waits_.is_in_handshake()))
        why = engine_fault(
            fmt::format("{}, in the handshake of TLS: does it speak TLS on this port?", why.what()));
    commands_.close();
    pushes_.close();
    waits_.close();
    time_point const time = now();
    if (time > well_since_ && time - well_since_ > longest_pause)
        failures_ = 0;
    well_since_ = time_point::max();
    duration const pause = std::min(longest_pause, first_pause * (1 << std::min(failures_, doublings)));
    std::uniform_real_distribution<double> share(0.5, 1);
    set(time + std::chrono::duration_cast<duration>(pause * share(random_)));
    user_.on_lost(why);
    ++failures_;
}

void engine_connections::note_success()
{
    well_since_ = now();
}

void engine_connections::close()
{
    is_apart_ = true;
    clear();
    commands_.close();
    pushes_.close();
    waits_.close();
    reactor_->stop();
}

void engine_connections::on_connected()
{
    if (waits_.is_connected())
        user_.on_waits_connected();
    else if (commands_.is_connected() && pushes_.is_connected())
        user_.on_connected();
}

void engine_connections::on_bytes(engine_connection& from, std::string_view bytes)
{
    // An engine that is full says so before it is asked; anything else is none.
    if (!commands_.is_connected() || !pushes_.is_connected())
        return fail(fault_of(bytes.substr(0, bytes.find('\r'))));
    if (&from == &commands_)
        user_.on_answers(bytes);
    else if (&from == &pushes_)
        user_.on_pushes(bytes);
    else
        user_.on_waits(bytes);
}

} // namespace tidings::internal
