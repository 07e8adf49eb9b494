// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <thread>

namespace tidings::test {

/// A port of this machine that nobody listens on.
inline std::uint16_t free_port()
{
    boost::asio::io_context io;
    using boost::asio::ip::tcp;
    return tcp::acceptor(io, {boost::asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

/// Passes on what clients and a port of this machine say to each other, in a thread of its own, and cuts a
/// connection off, or swallows what is pushed, when the test says so.
class cutting_relay
{
    using tcp = boost::asio::ip::tcp;
    using end = std::shared_ptr<tcp::socket>;

public:
    explicit cutting_relay(std::uint16_t to) : to_(boost::asio::ip::address_v4::loopback(), to)
    {
        co_spawn(io_, accept(), boost::asio::detached);
        thread_ = std::jthread([this] { io_.run(); });
    }
    ~cutting_relay() { io_.stop(); }
    cutting_relay(cutting_relay const&) = delete;
    cutting_relay& operator=(cutting_relay const&) = delete;

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    /// Once: whatever connection brings the answer that goes beyond so many bytes, all together.
    void cut_behind(std::size_t bytes) { left_ = bytes; }
    std::size_t cuts() const { return cuts_; }
    /// What comes by connections that have subscribed is not passed on.
    void swallow_pushes(bool does) { swallows_ = does; }

private:
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    boost::asio::awaitable<void> accept()
    {
        for (;;) {
            auto client =
                std::make_shared<tcp::socket>(co_await acceptor_.async_accept(boost::asio::use_awaitable));
            auto engine = std::make_shared<tcp::socket>(io_);
            boost::system::error_code refused;
            engine->connect(to_, refused);
            if (refused)
                continue;
            auto const has_subscribed = std::make_shared<bool>(false);
            co_spawn(io_, pass(client, engine, false, has_subscribed), boost::asio::detached);
            co_spawn(io_, pass(engine, client, true, has_subscribed), boost::asio::detached);
        }
    }

    boost::asio::awaitable<void> pass(end from, end to, bool is_counted, std::shared_ptr<bool> has_subscribed)
    {
        std::array<char, 16 * 1024> some{};
        try {
            for (bool is_cut = false; !is_cut;) {
                std::size_t count =
                    co_await from->async_read_some(boost::asio::buffer(some), boost::asio::use_awaitable);
                if (is_counted && *has_subscribed && swallows_)
                    continue;
                *has_subscribed |=
                    std::string_view(some.data(), count).find("SUBSCRIBE") != std::string_view::npos;
                if (is_counted && left_ != unlimited) {
                    is_cut = count > left_;
                    count = is_cut ? left_.exchange(unlimited) : count;
                    left_ -= is_cut ? 0 : count;
                    cuts_ += is_cut ? 1 : 0;
                }
                co_await async_write(*to, boost::asio::buffer(some.data(), count),
                                     boost::asio::use_awaitable);
            }
        } catch (boost::system::system_error const&) { // one of both has closed
        }
        from->close();
        to->close();
    }

    boost::asio::io_context io_;
    tcp::endpoint const to_;
    tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::atomic<std::size_t> left_ = unlimited;
    std::atomic<std::size_t> cuts_ = 0;
    std::atomic<bool> swallows_ = false;
    std::jthread thread_;
};

} // namespace tidings::test
