// SPDX-License-Identifier: BSL-1.0
#include "build_list.hpp"

#include <tidings/hub/subscription.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <utility>

namespace dashboard {

namespace asio = boost::asio;

namespace {

// Above every number that an event can have.
constexpr std::uint64_t everything = std::numeric_limits<std::int64_t>::max();

std::string topic_name(int id)
{
    return "builds/" + std::to_string(id);
}

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

build_list::build_list(std::vector<std::string> command, std::shared_ptr<tidings::topic_store> store,
                       build_limits limits)
    : command_(std::move(command)), limits_(limits), store_(std::move(store)), topics_(make_topics()),
      changes_(topics_.open_blocking("builds").value())
{
    if (store_)
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

tidings::topic_registry build_list::make_topics() const
{
    tidings::topic_registry all;
    all.add("builds", {.max_events = most_kept + most_running,
                       .overflow = tidings::overflow::keep_latest,
                       .store = store_});
    auto of_a_build = build::topic_options(limits_);
    of_a_build.store = store_;
    all.add("builds/{id}", std::move(of_a_build));
    return all;
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
        auto const restored = std::make_shared<build>(summary, limits_, loop_,
                                                      topics_.open_blocking(topic_name(summary.id)).value());
        last_id_ = std::max(last_id_, summary.id);
        builds_.emplace(summary.id, restored);
        if (restored->summary().state != summary.state)
            announce(*restored);
    }
}

// The newest word on each build; the store keeps no older one.
void build_list::announce(build const& changed)
{
    auto const summary = changed.summary();
    std::string const data = to_json(summary);
    if (!changes_.try_publish(std::to_string(summary.id), {.type = "build", .data = data}))
        fmt::print(stderr, "dashboard: a change of build {} is not kept: too much waits for the disk\n",
                   summary.id);
}

asio::awaitable<std::shared_ptr<build>> build_list::start(tidings::context ctx)
{
    starting const one(*this);
    if (one.id == 0)
        co_return nullptr;
    auto const events = co_await topics_.open(ctx, topic_name(one.id));
    if (!events)
        co_return nullptr;
    auto const started = std::make_shared<build>(one.id, command_, limits_, loop_, *events);
    {
        std::lock_guard const lock(mutex_);
        builds_.emplace(one.id, started);
    }
    forget_oldest();
    auto tell = [this](build const& changed) { announce(changed); };
    asio::co_spawn(loop_, run(started, tell), asio::detached);
    co_return started;
}

build_list::starting::starting(build_list& of) : of_(of)
{
    std::lock_guard const lock(of_.mutex_);
    ++of_.starting_;
    auto const running =
        std::ranges::count_if(of_.builds_, [](auto const& entry) { return is_running(*entry.second); });
    if (static_cast<std::size_t>(running) + of_.starting_ <= most_running)
        id = ++of_.last_id_;
}

build_list::starting::~starting()
{
    std::lock_guard const lock(of_.mutex_);
    --of_.starting_;
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
    if (store_)
        store_->forget_before(topic_name(oldest->summary().id), everything);
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
