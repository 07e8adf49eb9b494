// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/admin/detail/console.hpp>
#include <tidings/admin/detail/panel_guard.hpp>
#include <tidings/admin/detail/recorder.hpp>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace tidings::detail {

/// What is behind an `admin`: a server on a thread of its own, and what its routes look at.
class panel
{
public:
    panel(endpoint const& where, server& of, topic_registry const& topics, admin_options options);
    ~panel();
    panel(panel const&) = delete;
    panel& operator=(panel const&) = delete;

    std::uint16_t port() const { return port_; }

private:
    bool start_when_free();
    void serve();

    panel_guard const guard_;
    log_hook const log_;
    std::mutex lock_;
    std::condition_variable ended_;
    bool has_ended_ = false;
    bool has_started_; // the server
    std::uint16_t port_;
    recorder recorder_;
    console const console_;
    server server_;
    std::thread thread_;
};

} // namespace tidings::detail
