// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/admin/detail/console.hpp>
#include <tidings/admin/detail/panel_guard.hpp>
#include <tidings/admin/detail/recorder.hpp>

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

    std::uint16_t port() const { return server_.port(); }

private:
    panel_guard const guard_;
    recorder recorder_;
    console const console_;
    server server_;
    std::thread thread_;
};

} // namespace tidings::detail
