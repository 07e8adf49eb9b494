// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_log.hpp>

#include "build.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace dashboard {

/// The builds of this dashboard, and of those before it that used the same log. They run on a thread of their
/// own: starting a process holds its thread up, and streams must not notice. All functions may be called from
/// any thread; `start` blocks while the log is opened for the build, the others do not.
class build_list
{
public:
    /// The log may be null; otherwise it outlives this. Throws what it throws.
    explicit build_list(std::vector<std::string> command, tidings::topic_log* log, build_limits limits = {});

    /// Stops what runs, and waits until it has ended.
    ~build_list();

    /// Starts a build; null if as many run as may run at once.
    std::shared_ptr<build> start();

    /// Null if there is no such build, or no longer.
    std::shared_ptr<build> find(std::string const& id) const;

    /// Oldest first.
    std::vector<build_summary> summaries() const;

    /// A `build` event, with the summary, for each build that begins or ends.
    tidings::topic changes() const { return changes_; }

private:
    static constexpr std::size_t most_running = 4;
    static constexpr std::size_t most_kept = 20; // a build's log stays in memory as long as it is in the list

    void restore();
    void announce(build const& changed);
    bool may_start() const;
    void forget_oldest();

    std::vector<std::string> const command_;
    build_limits const limits_;
    tidings::topic_log* const log_;
    tidings::topic changes_;

    std::mutex starting_; // one at a time
    int last_id_ = 0;
    mutable std::mutex mutex_; // for what follows, and never held for long
    std::map<int, std::shared_ptr<build>> builds_;

    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_{
        loop_.get_executor()};
    std::jthread thread_;
};

} // namespace dashboard
