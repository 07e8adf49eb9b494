// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/detail/own_thread.hpp>
#include <tidings/hub/sqlite/detail/read_thread.hpp>

#include <utility>

namespace tidings::detail {

read_thread::read_thread(std::unique_ptr<store_reader> reader) : reader_(std::move(reader)) {}

std::shared_ptr<read_thread> read_thread::make(std::unique_ptr<store_reader> reader)
{
    auto made = std::make_shared<read_thread>(std::move(reader));
    made->thread_ = std::jthread([made] { made->run(); });
    return made;
}

void read_thread::stop()
{
    {
        std::lock_guard const guard(lock_);
        is_stopping_ = true;
    }
    wake_.notify_one();
    end_thread(thread_);
}

void read_thread::read(request asked)
{
    {
        std::lock_guard const guard(lock_);
        requests_.push_back(std::move(asked));
    }
    wake_.notify_one();
}

void read_thread::run()
{
    std::unique_lock lock(lock_);
    while (true) {
        wake_.wait(lock, [&] { return is_stopping_ || !requests_.empty(); });
        if (requests_.empty())
            return;
        request next = std::move(requests_.front());
        requests_.pop_front();
        lock.unlock();
        next.when_read(answer(next));
        next = {}; // with what the callback holds
        lock.lock();
    }
}

topic_store::page read_thread::answer(request const& asked)
{
    try {
        return reader_->read(asked.topic, asked.after, asked.through);
    } catch (...) {
        return {.error = std::current_exception()};
    }
}

} // namespace tidings::detail
