// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/detail/erasures.hpp>
#include <tidings/hub/sqlite/detail/log_writer.hpp>
#include <tidings/hub/sqlite/sqlite_log.hpp>

#include <condition_variable>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tidings::detail {

/// Queues what is to be written, and the thread that writes it: all that is queued in one commit. Deletes in
/// small steps between commits. From any thread.
class log_thread
{
public:
    log_thread(log_writer& writer, sqlite_log_options const& options);
    /// Does what is queued; of the deleting only one more step.
    ~log_thread();
    log_thread(log_thread const&) = delete;
    log_thread& operator=(log_thread const&) = delete;

    /// What is known of the topic without a look at its events. Blocks until all that was queued before is
    /// done.
    open_topic open(std::string_view topic);
    /// Once for each `open` that came back.
    void close(std::string_view topic) noexcept;

    [[nodiscard]] bool append(std::string_view topic, logged_event value, topic_log::kept when_kept);
    void forget_before(std::string_view topic, std::uint64_t number);
    void forget(std::string_view topic, std::uint64_t number);

private:
    struct opening
    {
        std::string topic;
        std::promise<open_topic> found;
    };

    std::shared_ptr<open_topic> const& find(std::string_view topic) const;
    void run();
    void keep(std::vector<queued_event>& events);
    void look_up(std::vector<opening>& openings);
    bool erase(std::size_t limit);

    log_writer& writer_;
    std::size_t const most_events_;
    std::size_t const most_bytes_;

    std::mutex lock_;
    std::condition_variable wake_;
    std::map<std::string_view, std::shared_ptr<open_topic>> topics_; // views of their names
    std::vector<queued_event> events_;
    std::size_t bytes_ = 0;
    std::vector<opening> openings_;
    erasures erasures_;
    bool is_stopping_ = false;

    std::thread thread_;
};

} // namespace tidings::detail
