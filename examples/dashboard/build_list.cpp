// SPDX-License-Identifier: BSL-1.0
#include "build_list.hpp"

#include <tidings/hub/subscription.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace dashboard {

namespace asio = boost::asio;

namespace {

// Above every number that an event can have.
constexpr std::uint64_t everything = std::numeric_limits<std::int64_t>::max();

bool is_running(build const& each)
{
    return each.summary().state == "running";
}

// Holds the build while it runs, and the loop: what waits for the disk alone is no work to it.
asio::awaitable<void> run(std::shared_ptr<build> one, std::function<void(build const&)> changed)
{
    auto const home = co_await asio::this_coro::executor;
    auto const working = asio::make_work_guard(home);
    co_await one->run(std::move(changed));
}

} // namespace

build_list::build_list(std::vector<std::string> command, tidings::topic_log* log, build_limits limits)
    : command_(std::move(command)), limits_(limits), log_(log),
      changes_({.name = "builds",
                .max_events = most_kept + most_running,
                .overflow = tidings::overflow::keep_latest,
                .log = log})
{
    if (log_)
        restore();
    thread_ = std::jthread([this] { loop_.run(); });
}

build_list::~build_list()
{
    for (auto const& [id, each] : builds_)
        each->stop();
    keep_running_.reset();
    thread_.join();
}

void build_list::restore()
{
    auto const reading = tidings::context::root(loop_.get_executor());
    std::vector<build_summary> kept;
    {
        tidings::subscription all(reading, changes_, tidings::from_oldest());
        while (auto const change = all.try_receive())
            kept.push_back(parse_summary(change->data()));
    }
    for (auto const& summary : kept) {
        auto const restored = std::make_shared<build>(summary, limits_, loop_, *log_);
        last_id_ = std::max(last_id_, summary.id);
        builds_.emplace(summary.id, restored);
        if (restored->summary().state != summary.state)
            announce(*restored);
    }
}

// The newest word on each build; the log keeps no older one.
void build_list::announce(build const& changed)
{
    auto const summary = changed.summary();
    changes_.publish(std::to_string(summary.id), {.type = "build", .data = to_json(summary)});
}

std::shared_ptr<build> build_list::start()
{
    std::lock_guard const one_at_a_time(starting_);
    if (!may_start())
        return nullptr;

    int const id = ++last_id_;
    auto const started = std::make_shared<build>(id, command_, limits_, loop_, log_);
    {
        std::lock_guard const lock(mutex_);
        builds_.emplace(id, started);
    }
    forget_oldest();
    auto tell = [this](build const& changed) { announce(changed); };
    asio::co_spawn(loop_, run(started, tell), asio::detached);
    return started;
}

bool build_list::may_start() const
{
    std::lock_guard const lock(mutex_);
    auto const running =
        std::ranges::count_if(builds_, [](auto const& entry) { return is_running(*entry.second); });
    return static_cast<std::size_t>(running) < most_running;
}

void build_list::forget_oldest()
{
    std::shared_ptr<build> oldest; // gone when nobody is held up by the lock
    {
        std::lock_guard const lock(mutex_);
        auto const found =
            std::ranges::find_if(builds_, [](auto const& entry) { return !is_running(*entry.second); });
        if (builds_.size() <= most_kept || found == builds_.end())
            return;
        oldest = std::move(found->second);
        builds_.erase(found);
    }
    if (log_)
        log_->forget_before(build::topic_name(oldest->summary().id), everything);
}

std::shared_ptr<build> build_list::find(std::string const& id) const
{
    std::lock_guard const lock(mutex_);
    auto const found =
        std::ranges::find_if(builds_, [&](auto const& entry) { return std::to_string(entry.first) == id; });
    return found == builds_.end() ? nullptr : found->second;
}

std::vector<build_summary> build_list::summaries() const
{
    std::lock_guard const lock(mutex_);
    std::vector<build_summary> all;
    for (auto const& [id, each] : builds_)
        all.push_back(each->summary());
    return all;
}

} // namespace dashboard
