// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/admin/detail/sample.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/server/server.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace tidings::detail {

/// Looks at a server and its topics once a second, and keeps the samples of the last 15 minutes, as the
/// history of a topic: a page that is opened is sent them, and then what comes. All but the constructor on
/// the panel's loop.
class recorder
{
public:
    /// Throws `std::logic_error` if the server has started.
    recorder(server& of, topic_registry topics, duration stuck_after);

    /// Called once a second.
    void look();

    health liveness_now() const { return health_of_loops(server_(), clock::now(), stuck_after_); }
    health readiness_now() const
    {
        return health_of_service(server_(), topics_then_.store_is_away, clock::now(), stuck_after_);
    }

    topic const& samples() const noexcept { return samples_; }

private:
    moment now() const;

    topic_registry const topics_;
    duration const stuck_after_;
    std::shared_ptr<std::atomic<std::uint64_t>> const ended_ = std::make_shared<std::atomic<std::uint64_t>>();
    std::function<std::optional<internal::server_figures>()> const server_;
    internal::hub_figures topics_then_;
    time_point next_look_{};
    std::optional<moment> before_;
    topic samples_;
};

} // namespace tidings::detail
