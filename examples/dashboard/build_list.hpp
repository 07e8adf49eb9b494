// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/hub/topic_store.hpp>
#include <tidings/wait/context.hpp>

#include "build.hpp"

#include <boost/asio/awaitable.hpp>
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

/// The builds of this dashboard, and of those before it that used the same store. They run on a thread of
/// their own: starting a process holds its thread up, and streams must not notice. All functions may be
/// called from any thread; none of them blocks.
class build_list
{
public:
    /// The store may be null. Throws what it says when it cannot be read.
    build_list(std::vector<std::string> command, std::shared_ptr<tidings::topic_store> store,
               build_limits limits = {});

    /// Stops what runs, and waits until it has ended.
    ~build_list();

    /// Starts a build, once its topic is open; null if as many run as may run at once, or the context ended.
    boost::asio::awaitable<std::shared_ptr<build>> start(tidings::context ctx);

    /// Null if there is no such build, or no longer.
    std::shared_ptr<build> find(std::string const& id) const;

    /// Oldest first.
    std::vector<build_summary> summaries() const;

    /// A `build` event, with the summary, for each build that begins or ends.
    tidings::topic changes() const { return changes_; }

private:
    static constexpr std::size_t most_running = 4;
    static constexpr std::size_t most_kept = 20; // a build's log stays in memory as long as it is in the list

    tidings::topic_registry make_topics() const;
    void restore();
    void announce(build const& changed);
    void forget_oldest();

    std::vector<std::string> const command_;
    build_limits const limits_;
    std::shared_ptr<tidings::topic_store> const store_;
    tidings::topic_registry topics_;
    tidings::topic changes_;

    /// A build on its way into the list.
    class starting
    {
    public:
        explicit starting(build_list& of);
        ~starting();
        starting(starting const&) = delete;
        starting& operator=(starting const&) = delete;

        int id = 0; ///< 0: it may not run

    private:
        build_list& of_;
    };

    mutable std::mutex mutex_; // for what follows, and never held for long
    std::size_t starting_ = 0;
    int last_id_ = 0;
    std::map<int, std::shared_ptr<build>> builds_;

    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_{
        loop_.get_executor()};
    std::jthread thread_;
};

} // namespace dashboard
