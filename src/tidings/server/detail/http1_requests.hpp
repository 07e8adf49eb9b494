// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/request_parser.hpp>
#include <tidings/loop/internal/loop_call.hpp>
#include <tidings/server/detail/http1_phases.hpp>
#include <tidings/server/detail/route_table.hpp>
#include <tidings/stream/internal/transport.hpp>

namespace tidings::detail {

class http1_connection;

/// Input behind a request. When that has been answered its turn is requested, which comes behind all that is
/// ready by then, so that a client that pipelines takes the loop from nobody; until then it owns itself.
class backlog final : public internal::loop_call
{
public:
    backlog(internal::loop& home, std::string_view bytes) : internal::loop_call(home), bytes_(bytes) {}

    std::string_view rest() const noexcept { return std::string_view(bytes_).substr(taken_); }
    void take(std::size_t count) noexcept { taken_ += count; }
    void append(std::string_view more) { bytes_.erase(0, std::exchange(taken_, 0)).append(more); }

    boost::intrusive_ptr<internal::counted> of; ///< the `http1_connection` that gets it back in its turn

private:
    void on_turn() override;
    void on_dropped() noexcept override { delete this; }

    std::string bytes_;
    std::size_t taken_ = 0;
};

/// A request that is being read, and what has come behind the one before it.
struct incoming
{
    explicit incoming(internal::parser_limits const& limits) : parser(limits) {}

    internal::request_parser parser;
    reception decided; ///< once the head is complete
    std::unique_ptr<backlog> behind;
};

/// What an HTTP/1.1 connection makes of its input: takes one request after the other off it, keeps what lies
/// behind one that is being answered, and throws away what nobody waits for. It is a part of the connection,
/// which knows what phase it is in, and is given with each call: each open connection has this.
class http1_requests
{
public:
    bool wants_input(http1_connection const& on) const noexcept;
    void on_input(http1_connection& on, std::string_view bytes);

    /// The one that is coming in.
    incoming& current() const noexcept { return *incoming_; }
    /// Whether it is for an event stream; its head is complete.
    bool is_for_stream() const noexcept;
    /// Takes it, to be answered.
    std::pair<request, reception> take(http1_connection& on);

    /// Input behind the request that is being answered.
    std::string_view behind(http1_connection const& on) const noexcept;
    std::unique_ptr<backlog> take_behind(http1_connection const& on);
    bool is_one_waiting(http1_connection const& on) const;
    /// Whether it is known where the next request begins, since nothing was thrown away behind this one.
    bool is_in_step() const noexcept { return discarded_ == 0; }
    /// Goes on with what lies behind a request that has been answered, in a later turn.
    void keep(http1_connection& on, std::unique_ptr<backlog> input);
    void await_next(http1_connection& on);
    /// In that turn.
    void go_on(http1_connection& on, std::unique_ptr<backlog> input);

    /// Input is thrown away from now on, up to its bound.
    void end() noexcept { discarded_ = 0; }
    void drop(http1_connection const& on) noexcept;

private:
    void keep(http1_connection& on, std::string_view bytes);
    void discard(http1_connection& on, std::size_t count);
    void decide(http1_connection& on);
    bool is_answered_now(http1_connection const& on, std::size_t bytes_at_hand) const noexcept;
    std::size_t feed(http1_connection& on, std::string_view bytes);
    std::size_t parse(http1_connection& on, std::string_view bytes);

    std::unique_ptr<incoming> incoming_; // what has come of a request, or has come behind one
    std::uint32_t discarded_ = 0;
    bool is_feeding_ = false;
};

} // namespace tidings::detail
