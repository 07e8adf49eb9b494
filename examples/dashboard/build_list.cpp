// SPDX-License-Identifier: BSL-1.0
#include "build_list.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace dashboard {

namespace asio = boost::asio;

namespace {

bool is_running(build const& each)
{
    return each.summary().state == "running";
}

// Holds the build while it runs.
asio::awaitable<void> run(std::shared_ptr<build> one, std::function<void(build const&)> changed)
{
    co_await one->run(std::move(changed));
}

} // namespace

build_list::build_list(std::vector<std::string> command, build_limits limits)
    : command_(std::move(command)), limits_(limits), thread_([this] { loop_.run(); })
{}

build_list::~build_list()
{
    for (auto const& [id, each] : builds_)
        each->stop();
    keep_running_.reset();
    thread_.join();
}

std::shared_ptr<build> build_list::start()
{
    std::lock_guard const lock(mutex_);
    auto const running =
        std::ranges::count_if(builds_, [](auto const& entry) { return is_running(*entry.second); });
    if (static_cast<std::size_t>(running) >= most_running)
        return nullptr;

    int const id = ++last_id_;
    auto const started = std::make_shared<build>(id, command_, limits_, loop_);
    builds_.emplace(id, started);
    forget_oldest();
    auto publish = [this](build const& changed) {
        changes_.publish({.type = "build", .data = to_json(changed.summary())});
    };
    asio::co_spawn(loop_, run(started, publish), asio::detached);
    return started;
}

void build_list::forget_oldest()
{
    if (builds_.size() <= most_kept)
        return;
    auto const oldest =
        std::ranges::find_if(builds_, [](auto const& entry) { return !is_running(*entry.second); });
    if (oldest != builds_.end())
        builds_.erase(oldest);
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
