// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/detail/erasures.hpp>
#include <tidings/hub/sqlite/detail/store_writer.hpp>
#include <tidings/hub/topic_store.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tidings::detail {

/// Queues what is to be written, and the thread that writes it: all that is queued in one commit. Tells the
/// registry of it, and opens topics in between. Deletes in small steps between commits. From any thread.
class commit_thread
{
public:
    struct bounds
    {
        std::size_t events = 0;
        std::size_t bytes = 0;
    };

    /// It lives until it was stopped and its thread has ended.
    static std::shared_ptr<commit_thread> make(std::unique_ptr<store_writer> writer, bounds queue);
    /// Made by `make`.
    commit_thread(std::unique_ptr<store_writer> writer, bounds queue);
    commit_thread(commit_thread const&) = delete;
    commit_thread& operator=(commit_thread const&) = delete;

    /// Does what is queued, of the deleting only one more step, and waits for it; called by one of its own
    /// callbacks, it does that when the callback has come back. Once.
    void stop();

    /// Keeps what is queued, closes the file, and waits for that. Until a writer is given back, nothing is
    /// accepted, and topics cannot be opened.
    void release();
    void give_back(std::unique_ptr<store_writer> writer);

    void start(std::weak_ptr<store_events> hub);
    void open(std::string_view topic, std::function<void(topic_store::opened)> when_open);
    /// Once for each `open` that has not failed.
    void close(std::string_view topic) noexcept;
    [[nodiscard]] bool append(std::string_view topic, stored_event value,
                              std::function<void(topic_store::kept)> when_kept);
    void forget_before(std::string_view topic, std::uint64_t number);
    void forget(std::string_view topic, std::uint64_t number);

private:
    struct opening
    {
        std::shared_ptr<open_topic> topic;
        std::function<void(topic_store::opened)> when_open;
    };
    /// What is done between two looks at the queues.
    struct round
    {
        std::shared_ptr<store_events> hub;
        bool is_life_untold = false;
        std::vector<opening> openings;
        std::vector<queued_event> events;
    };

    std::shared_ptr<open_topic> const& find(std::string_view topic) const;
    bool is_due(bool may_erase) const;
    void run();
    void exchange_writer();
    bool work(round now);
    void look_up(std::vector<opening>& openings);
    void keep(std::vector<queued_event>& events, store_events* hub);
    bool erase(std::size_t limit);

    std::string const path_;
    std::unique_ptr<store_writer> writer_; // touched by the thread alone; null while the file is another's
    bounds const most_;

    std::mutex lock_;
    std::condition_variable wake_;
    bool has_hub_ = false;
    std::weak_ptr<store_events> hub_;
    bool is_life_untold_ = false;
    std::map<std::string_view, std::shared_ptr<open_topic>> topics_; // views of their names
    std::vector<queued_event> events_;
    std::size_t bytes_ = 0;
    std::vector<opening> openings_; // the registry bounds them
    erasures erasures_;
    bool is_stopping_ = false;
    bool is_released_ = false;
    bool is_closed_ = false; // the file
    std::condition_variable closed_;
    std::uint64_t newest_when_closed_ = 0;
    std::unique_ptr<store_writer> given_back_;

    std::jthread thread_;
};

} // namespace tidings::detail
