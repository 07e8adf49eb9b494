// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/detail/store_reader.hpp>
#include <tidings/hub/topic_store.hpp>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace tidings::detail {

/// Reads pages one after another, on a thread of its own: no page waits for a commit, and no commit for a
/// page. From any thread.
class read_thread
{
public:
    struct request
    {
        std::string topic;
        std::uint64_t after = 0;
        std::uint64_t through = 0;
        std::function<void(topic_store::page)> when_read;
    };

    /// It lives until it was stopped and its thread has ended.
    static std::shared_ptr<read_thread> make(std::unique_ptr<store_reader> reader);
    /// Made by `make`.
    explicit read_thread(std::unique_ptr<store_reader> reader);
    read_thread(read_thread const&) = delete;
    read_thread& operator=(read_thread const&) = delete;

    /// Answers what was asked, and waits for it; called by one of its own callbacks, it does that when the
    /// callback has come back. Once.
    void stop();

    void read(request asked);

private:
    void run();
    topic_store::page answer(request const& asked);

    std::unique_ptr<store_reader> const reader_;
    std::mutex lock_;
    std::condition_variable wake_;
    std::deque<request> requests_; // the registry bounds them
    bool is_stopping_ = false;
    std::jthread thread_;
};

} // namespace tidings::detail
