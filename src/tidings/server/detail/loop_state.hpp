// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request_parser.hpp>
#include <tidings/server/detail/shared_state.hpp>
#include <tidings/server/detail/socket_watch.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <random>
#include <string_view>
#include <vector>

namespace tidings::detail {

class connection;

struct empty_loop
{};

/// What the connections of one loop share. Touched by the loop's thread only.
class loop_state
{
public:
    loop_state(boost::asio::io_context& io, std::shared_ptr<shared_state> shared, std::uint64_t seed);
    ~loop_state();
    loop_state(loop_state const&) = delete;
    loop_state& operator=(loop_state const&) = delete;

    boost::asio::io_context& io;
    std::shared_ptr<shared_state> const shared;
    context_scope root; ///< above the loop's connections, for their timers
    std::mt19937_64 random;
    std::shared_ptr<socket_watch> const sockets;
    bool is_draining = false;
    channel<empty_loop> emptied{1}; ///< told when the last connection of a draining loop has gone

    /// Where input is read to before anyone looks at it: no connection keeps a buffer.
    std::array<char, 64 * 1024> scratch;

    /// The value of Date now, made anew once a second. The view stays valid, and follows the time.
    std::string_view date();

    std::unique_ptr<request_parser> take_parser();
    void give_back(std::unique_ptr<request_parser> parser);

    // The loop's connections, a list through themselves.
    void enter(connection& added) noexcept;
    void leave(connection& gone) noexcept;
    bool is_empty() const noexcept { return first_ == nullptr; }
    std::vector<boost::intrusive_ptr<connection>> connections() const;

private:
    static constexpr std::size_t kept_parsers = 64;

    std::vector<std::unique_ptr<request_parser>> parsers_;
    connection* first_ = nullptr;
    std::array<char, 29> date_{};
    std::chrono::sys_seconds date_made_{};
};

} // namespace tidings::detail
