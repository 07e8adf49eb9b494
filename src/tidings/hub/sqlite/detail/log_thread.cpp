// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/log_thread.hpp>

#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

constexpr std::size_t rows_per_step = 512; // to delete: a few milliseconds

std::size_t size_of(logged_event const& value)
{
    return sizeof(queued_event) + value.own_id.size() + value.key.size() + value.text.size();
}

} // namespace

log_thread::log_thread(log_writer& writer, sqlite_log_options const& options)
    : writer_(writer), most_events_(options.max_queued_events), most_bytes_(options.queue_bytes),
      thread_(&log_thread::run, this)
{}

log_thread::~log_thread()
{
    {
        std::lock_guard const guard(lock_);
        is_stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

open_topic log_thread::open(std::string_view topic)
{
    std::future<open_topic> answer;
    {
        std::lock_guard const guard(lock_);
        auto& asked = openings_.emplace_back(opening{std::string(topic), {}});
        answer = asked.found.get_future();
    }
    wake_.notify_one();
    return answer.get();
}

void log_thread::close(std::string_view topic) noexcept
{
    std::lock_guard const guard(lock_);
    auto const found = topics_.find(topic);
    if (found == topics_.end() || --found->second->opens > 0)
        return;
    auto const gone = std::move(found->second); // its name is the key
    topics_.erase(found);
}

bool log_thread::append(std::string_view topic, logged_event value, topic_log::kept when_kept)
{
    std::size_t const size = size_of(value);
    {
        std::lock_guard const guard(lock_);
        auto const& open = find(topic);
        if (events_.size() >= most_events_ || size > most_bytes_ - bytes_)
            return false;
        events_.push_back({open, std::move(value), std::move(when_kept)});
        bytes_ += size;
    }
    wake_.notify_one();
    return true;
}

void log_thread::forget_before(std::string_view topic, std::uint64_t number)
{
    {
        std::lock_guard const guard(lock_);
        if (std::int64_t const row = find(topic)->row; row != 0)
            erasures_.add_before(row, number);
    }
    wake_.notify_one();
}

void log_thread::forget(std::string_view topic, std::uint64_t number)
{
    {
        std::lock_guard const guard(lock_);
        if (std::int64_t const row = find(topic)->row; row != 0)
            erasures_.add(row, number);
    }
    wake_.notify_one();
}

std::shared_ptr<open_topic> const& log_thread::find(std::string_view topic) const
{
    auto const found = topics_.find(topic);
    if (found == topics_.end())
        throw std::logic_error("tidings: the topic " + std::string(topic) + " was not opened in its log");
    return found->second;
}

void log_thread::run()
{
    bool may_erase = true; // false after an error: then not before there is something new to keep
    std::unique_lock lock(lock_);
    while (true) {
        wake_.wait(lock, [&] {
            return is_stopping_ || !events_.empty() || !openings_.empty() ||
                   (may_erase && !erasures_.is_empty());
        });
        auto events = std::exchange(events_, {});
        auto openings = std::exchange(openings_, {});
        bytes_ = 0;
        bool const is_last = is_stopping_ && events.empty();
        lock.unlock();
        keep(events);
        look_up(openings);
        // Not slower than what comes, or there would be more and more of it.
        may_erase = erase(rows_per_step + 2 * events.size());
        writer_.fold();
        events.clear(); // with what its callbacks hold: topics, for one, which then close themselves here
        lock.lock();
        if (is_last)
            return;
    }
}

void log_thread::keep(std::vector<queued_event>& events)
{
    writer_.keep(events);
    {
        std::lock_guard const guard(lock_);
        for (auto const& each : events)
            if (!each.error)
                each.topic->row = each.row;
    }
    for (auto& each : events)
        each.when_kept(std::move(each.error));
}

void log_thread::look_up(std::vector<opening>& openings)
{
    for (auto& each : openings) {
        try {
            open_topic found{.name = std::move(each.topic), .epoch = {}};
            writer_.find(found);
            {
                std::lock_guard const guard(lock_);
                auto at = topics_.find(found.name);
                if (at == topics_.end()) {
                    auto made = std::make_shared<open_topic>(found);
                    std::string_view const name = made->name;
                    at = topics_.emplace(name, std::move(made)).first;
                }
                ++at->second->opens;
            }
            each.found.set_value(std::move(found));
        } catch (...) {
            each.found.set_exception(std::current_exception());
        }
    }
}

// False when it failed.
bool log_thread::erase(std::size_t limit)
{
    erasure_step step;
    {
        std::lock_guard const guard(lock_);
        if (erasures_.is_empty())
            return true;
        step = erasures_.next(limit);
    }
    try {
        auto const finished = writer_.erase(step);
        std::lock_guard const guard(lock_);
        for (auto const& range : finished)
            erasures_.finished(range);
        return true;
    } catch (sqlite_error const&) {
        // The events are still there, and take nothing but room.
        std::lock_guard const guard(lock_);
        erasures_.put_back(step);
        return false;
    }
}

} // namespace tidings::detail
