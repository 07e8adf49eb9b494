// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/commit_thread.hpp>
#include <tidings/hub/sqlite/detail/own_thread.hpp>

#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

constexpr std::size_t rows_per_step = 512; // to delete: a few milliseconds

std::size_t size_of(stored_event const& value)
{
    return sizeof(queued_event) + value.own_id.size() + value.key.size() + value.text.size();
}

} // namespace

commit_thread::commit_thread(std::unique_ptr<store_writer> writer, bounds queue)
    : path_(writer->path()), writer_(std::move(writer)), most_(queue)
{}

std::shared_ptr<commit_thread> commit_thread::make(std::unique_ptr<store_writer> writer, bounds queue)
{
    auto made = std::make_shared<commit_thread>(std::move(writer), queue);
    made->thread_ = std::jthread([made] { made->run(); });
    return made;
}

void commit_thread::stop()
{
    {
        std::lock_guard const guard(lock_);
        is_stopping_ = true;
    }
    wake_.notify_one();
    end_thread(thread_);
}

void commit_thread::release()
{
    std::unique_lock lock(lock_);
    is_released_ = true;
    wake_.notify_one();
    closed_.wait(lock, [&] { return is_closed_; });
}

void commit_thread::give_back(std::unique_ptr<store_writer> writer)
{
    std::lock_guard const guard(lock_);
    given_back_ = std::move(writer);
    is_released_ = false;
    wake_.notify_one();
}

void commit_thread::start(std::weak_ptr<store_events> hub)
{
    {
        std::lock_guard const guard(lock_);
        if (std::exchange(has_hub_, true))
            throw std::logic_error("tidings: the store " + path_ +
                                   " belongs to a registry already; a file has one store, and a store has "
                                   "one registry: add all patterns of topics to that");
        hub_ = std::move(hub);
        is_life_untold_ = true;
    }
    wake_.notify_one();
}

void commit_thread::open(std::string_view topic, std::function<void(topic_store::opened)> when_open)
{
    {
        std::lock_guard const guard(lock_);
        auto at = topics_.find(topic);
        if (at == topics_.end()) {
            auto made = std::make_shared<open_topic>(open_topic{.name = std::string(topic)});
            std::string_view const name = made->name;
            at = topics_.emplace(name, std::move(made)).first;
        }
        ++at->second->opens;
        openings_.push_back({at->second, std::move(when_open)});
    }
    wake_.notify_one();
}

void commit_thread::close(std::string_view topic) noexcept
{
    std::lock_guard const guard(lock_);
    auto const found = topics_.find(topic);
    if (found == topics_.end() || --found->second->opens > 0)
        return;
    auto const gone = std::move(found->second); // its name is the key
    topics_.erase(found);
}

bool commit_thread::append(std::string_view topic, stored_event value,
                           std::function<void(topic_store::kept)> when_kept)
{
    if (!value.producer.empty())
        throw std::logic_error(
            "tidings: the store " + path_ +
            " supports no producers; publish without one, or share a store that does, such as `redis_store`");
    std::size_t const size = size_of(value);
    {
        std::lock_guard const guard(lock_);
        auto const& open = find(topic);
        if (is_released_ || events_.size() >= most_.events || size > most_.bytes - bytes_)
            return false;
        events_.push_back({open, std::move(value), std::move(when_kept)});
        bytes_ += size;
    }
    wake_.notify_one();
    return true;
}

void commit_thread::forget_before(std::string_view topic, std::uint64_t number)
{
    {
        std::lock_guard const guard(lock_);
        if (std::int64_t const row = find(topic)->row; row != 0)
            erasures_.add_before(row, number);
    }
    wake_.notify_one();
}

void commit_thread::forget(std::string_view topic, std::uint64_t number)
{
    {
        std::lock_guard const guard(lock_);
        if (std::int64_t const row = find(topic)->row; row != 0)
            erasures_.add(row, number);
    }
    wake_.notify_one();
}

std::shared_ptr<open_topic> const& commit_thread::find(std::string_view topic) const
{
    auto const found = topics_.find(topic);
    if (found == topics_.end())
        throw std::logic_error("tidings: the topic " + std::string(topic) + " was not opened in its store");
    return found->second;
}

bool commit_thread::is_due(bool may_erase) const
{
    if (is_stopping_ || !openings_.empty() || given_back_ || is_released_ != is_closed_)
        return true;
    return !is_closed_ && (is_life_untold_ || !events_.empty() || (may_erase && !erasures_.is_empty()));
}

// With the lock. What another process has published meanwhile begins a life anew: clients are told of it.
void commit_thread::exchange_writer()
{
    if (given_back_) {
        writer_ = std::move(given_back_);
        is_closed_ = false;
        is_life_untold_ |= has_hub_ && writer_->life().newest != newest_when_closed_;
    }
    if (!is_released_ || is_closed_ || !events_.empty() || !openings_.empty())
        return;
    newest_when_closed_ = writer_->life().newest;
    writer_.reset();
    is_closed_ = true;
    closed_.notify_all();
}

void commit_thread::run()
{
    bool may_erase = true; // false after an error: then not before there is something new to keep
    std::unique_lock lock(lock_);
    while (true) {
        wake_.wait(lock, [&] { return is_due(may_erase); });
        exchange_writer();
        round next{.hub = hub_.lock(),
                   .is_life_untold = !is_closed_ && std::exchange(is_life_untold_, false),
                   .openings = std::exchange(openings_, {}),
                   .events = std::exchange(events_, {})};
        bytes_ = 0;
        bool const is_last = is_stopping_ && next.events.empty() && next.openings.empty();
        lock.unlock();
        may_erase = work(std::move(next));
        lock.lock();
        if (is_last)
            return;
    }
}

// What the callbacks hold goes here, at the end: topics, for one, which then close themselves.
bool commit_thread::work(round now)
{
    if (now.hub && now.is_life_untold)
        now.hub->on_life(writer_->life());
    look_up(now.openings); // first: what is kept from now on, `on_event` tells
    keep(now.events, now.hub.get());
    if (!writer_)
        return true;
    // Not slower than what comes, or there would be more and more of it.
    bool const has_erased = erase(rows_per_step + 2 * now.events.size());
    writer_->fold();
    return has_erased;
}

void commit_thread::look_up(std::vector<opening>& openings)
{
    for (auto& each : openings) {
        open_topic found{.name = each.topic->name};
        topic_store::opened answer;
        try {
            if (!writer_)
                throw std::runtime_error("tidings: the store " + path_ +
                                         " was released to another process; ask that one");
            writer_->find(found);
            answer.newest = found.newest;
        } catch (...) {
            answer.error = std::current_exception();
        }
        {
            std::lock_guard const guard(lock_);
            each.topic->row = found.row;
            each.topic->newest = found.newest;
            if (answer.error && each.topic->opens == 1)
                each.topic->error = answer.error;
        }
        if (answer.error)
            close(each.topic->name);
        each.when_open(std::move(answer));
    }
}

void commit_thread::keep(std::vector<queued_event>& events, store_events* hub)
{
    if (events.empty())
        return;
    writer_->keep(events);
    {
        std::lock_guard const guard(lock_);
        for (auto const& each : events)
            if (!each.error)
                each.topic->row = each.row;
    }
    for (auto& each : events) {
        topic_store::kept answer{.error = std::move(each.error)};
        if (!answer.error) {
            answer.number = each.value.number;
            each.value.previous = std::exchange(each.topic->newest, answer.number);
            if (hub)
                hub->on_event(each.topic->name, std::move(each.value));
        }
        each.when_kept(std::move(answer));
    }
}

// False when it failed.
bool commit_thread::erase(std::size_t limit)
{
    erasure_step step;
    {
        std::lock_guard const guard(lock_);
        if (erasures_.is_empty())
            return true;
        step = erasures_.next(limit);
    }
    try {
        auto const finished = writer_->erase(step);
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
