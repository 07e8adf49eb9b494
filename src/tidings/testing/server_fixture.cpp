// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/server_fixture.hpp>

#include <algorithm>
#include <utility>

namespace tidings::testing {

namespace {

// The server tells nobody when a number changes.
constexpr auto pause_between_looks = std::chrono::milliseconds(2);

} // namespace

server_options server_fixture::brisk()
{
    server_options options;
    options.grace_timeout = std::chrono::milliseconds(200);
    options.drain_timeout = std::chrono::seconds(1);
    return options;
}

server_options server_fixture::with_log(server_options options)
{
    for (auto& each : options.listen)
        each.port = 0;
    options.handle_signals = false;
    options.log = [this](log_level, std::string_view message) {
        std::lock_guard const guard(lock_);
        log_.emplace_back(message);
        logged_.notify_all();
    };
    return options;
}

server_fixture::server_fixture(server_options options) : server_(with_log(std::move(options))) {}

server_fixture::~server_fixture()
{
    stop();
}

void server_fixture::start()
{
    server_.start();
    thread_ = std::thread([this] { server_.run(); });
}

void server_fixture::stop()
{
    if (!thread_.joinable())
        return;
    server_.stop();
    thread_.join();
}

client server_fixture::connect(client_options options) const
{
    return client(port(), options);
}

std::vector<std::string> server_fixture::log()
{
    std::lock_guard const guard(lock_);
    return log_;
}

void server_fixture::forget_log()
{
    std::lock_guard const guard(lock_);
    log_ = std::vector<std::string>();
}

std::size_t server_fixture::count_logged(std::string_view part)
{
    auto const messages = log();
    return static_cast<std::size_t>(
        std::ranges::count_if(messages, [&](auto const& each) { return each.find(part) != each.npos; }));
}

bool server_fixture::wait_for_log(std::string_view part, duration limit)
{
    std::unique_lock guard(lock_);
    return logged_.wait_for(guard, limit, [&] {
        return std::ranges::any_of(log_, [&](auto const& each) { return each.find(part) != each.npos; });
    });
}

bool server_fixture::wait_for_stats(std::function<bool(server_stats const&)> const& are_as_asked,
                                    duration limit)
{
    auto const end = later(clock::now(), limit);
    std::unique_lock guard(lock_);
    while (!are_as_asked(stats())) {
        if (clock::now() >= end)
            return false;
        logged_.wait_for(guard, pause_between_looks);
    }
    return true;
}

} // namespace tidings::testing
