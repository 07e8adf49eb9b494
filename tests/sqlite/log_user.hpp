// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/sqlite/sqlite_log.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tidings::test {

inline std::string text_of(std::uint64_t number, std::size_t size = 0)
{
    std::string text = "id: " + std::to_string(number) + "\ndata: text\n\n";
    return text + std::string(size, static_cast<char>('a' + number % 26));
}

inline logged_event event_of(std::uint64_t number, std::size_t size = 0)
{
    return {.number = number,
            .own_id = {},
            .key = {},
            .text = text_of(number, size),
            .published = std::chrono::system_clock::time_point(std::chrono::seconds(number))};
}

/// Notes what a log says of the events of one topic, and waits for it.
class log_user
{
public:
    log_user(sqlite_log& log, std::string topic) : log_(log), topic_(std::move(topic)) {}

    bool append(logged_event value)
    {
        std::uint64_t const number = value.number;
        bool const is_taken = log_.append(topic_, std::move(value), [this, number](std::exception_ptr error) {
            note(number, std::move(error));
        });
        if (is_taken)
            ++appended_;
        return is_taken;
    }
    bool append(std::uint64_t number, std::size_t size = 0) { return append(event_of(number, size)); }

    /// Until at most so many are on their way.
    void wait(std::size_t on_their_way = 0)
    {
        std::unique_lock lock(lock_);
        heard_.wait(lock, [&] { return appended_ - kept_.size() - refused_.size() <= on_their_way; });
    }

    /// The error of an event that is waited for; empty when it was kept.
    std::string error_of(std::uint64_t number, std::size_t size = 0)
    {
        auto const refused = refused_.size();
        if (!append(number, size))
            return "the queue is full";
        wait();
        return refused_.size() == refused ? "" : last_error_;
    }

    /// In the order of the calls. Not while something is on its way.
    std::vector<std::uint64_t> const& kept() const { return kept_; }
    std::vector<std::uint64_t> const& refused() const { return refused_; }

private:
    void note(std::uint64_t number, std::exception_ptr error)
    {
        std::lock_guard const guard(lock_);
        (error ? refused_ : kept_).push_back(number);
        try {
            if (error)
                std::rethrow_exception(error);
        } catch (std::exception const& known) {
            last_error_ = known.what();
        }
        heard_.notify_all();
    }

    sqlite_log& log_;
    std::string const topic_;
    std::mutex lock_;
    std::condition_variable heard_;
    std::size_t appended_ = 0;
    std::vector<std::uint64_t> kept_;
    std::vector<std::uint64_t> refused_;
    std::string last_error_;
};

inline std::vector<std::uint64_t> numbers_of(log_tail const& tail)
{
    std::vector<std::uint64_t> numbers;
    for (auto const& each : tail.events)
        numbers.push_back(each.number);
    return numbers;
}

} // namespace tidings::test
