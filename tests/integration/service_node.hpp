// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/service/service.hpp>
#include <tidings/testing/client.hpp>

#include "support/server_fixture.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <optional>
#include <stdlib.h>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace tidings::test {

/// A variable of the environment, for as long as this lives. For tests without other threads.
class variable
{
public:
    variable(char const* name, std::string const& value) : name_(name)
    {
        ::setenv(name, value.c_str(), 1); // NOLINT(concurrency-mt-unsafe): see above
    }
    ~variable() { ::unsetenv(name_); } // NOLINT(concurrency-mt-unsafe)
    variable(variable const&) = delete;
    variable& operator=(variable const&) = delete;

private:
    char const* const name_;
};

/// Where systemd would listen to its services.
class manager
{
public:
    explicit manager(std::string const& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        (void)::bind(socket_.descriptor(), reinterpret_cast<sockaddr const*>(&address), sizeof address);
    }

    /// The next message; empty if there is none within the limit.
    std::string next(std::chrono::milliseconds limit = std::chrono::seconds(10)) const
    {
        timeval const patience{.tv_sec = limit.count() / 1000, .tv_usec = limit.count() % 1000 * 1000};
        (void)::setsockopt(socket_.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        std::array<char, 512> text{};
        auto const size = ::recv(socket_.descriptor(), text.data(), text.size(), 0);
        return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    }

    /// Whether one of the next messages has this in it.
    bool hears(std::string_view part) const
    {
        for (std::string said = next(); !said.empty(); said = next())
            if (said.find(part) != said.npos)
                return true;
        return false;
    }

private:
    internal::stream_socket socket_;
};

/// Asks for "/", over a connection that ends with the answer.
inline std::string answer_to(testing::client asking)
{
    asking.get("/", "Connection: close\r\n");
    (void)asking.read_head();
    return asking.read_body();
}

/// A program with a service, in a thread of this process.
class service_node
{
public:
    service_node(service_options const& how, endpoint const& where, handler answer, std::size_t loops = 1)
        : unit(how), server_(options(unit.listen({where}), loops))
    {
        server_.get("/", std::move(answer));
    }
    ~service_node() { stop(); }
    service_node(service_node const&) = delete;
    service_node& operator=(service_node const&) = delete;

    void start()
    {
        unit.start(server_);
        thread_ = std::thread([this] { server_.run(); });
    }
    void stop()
    {
        server_.stop();
        join();
    }
    /// Comes back when it has ended.
    void join()
    {
        if (thread_.joinable())
            thread_.join();
    }
    std::uint16_t port() const { return server_.port(); }
    server& routes() noexcept { return server_; }

    service unit;

private:
    static server_options options(std::vector<endpoint> listen, std::size_t loops)
    {
        auto made = server_fixture::brisk();
        made.listen = std::move(listen);
        made.loops = loops;
        made.handle_signals = false;
        made.log = [](log_level, std::string_view) {};
        return made;
    }

    server server_;
    std::thread thread_;
};

} // namespace tidings::test
