// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_options.hpp>
#include <tidings/hub/topic_store.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::test {

/// The tag of an event stands in its text, since the store gives it its number.
inline std::string text_of(std::uint64_t tag, std::size_t size = 0)
{
    return "data: " + std::to_string(tag) +
           "\ndata: " + std::string(size, static_cast<char>('a' + tag % 26)) + "\n\n";
}

inline std::uint64_t tag_of(stored_event const& value)
{
    return value.text.starts_with("data: ") ? std::strtoull(value.text.c_str() + 6, nullptr, 10) : 0;
}

inline std::vector<std::uint64_t> tags_of(std::vector<stored_event> const& events)
{
    std::vector<std::uint64_t> tags;
    for (auto const& each : events)
        tags.push_back(tag_of(each));
    return tags;
}

/// In the place of a registry: notes what a store says, and waits for it. From any thread.
class store_user
{
public:
    explicit store_user(topic_store& store) : store_(store) { store_.start(book_); }

    store_events::life life()
    {
        std::unique_lock lock(book_->lock);
        book_->heard.wait(lock, [&] { return !book_->life.epoch.empty(); });
        return book_->life;
    }

    /// Throws the error of the store.
    std::uint64_t open(std::string const& topic)
    {
        std::promise<topic_store::opened> answer;
        store_.open(topic, {}, [&](topic_store::opened got) { answer.set_value(std::move(got)); });
        auto const got = answer.get_future().get();
        if (got.error)
            std::rethrow_exception(got.error);
        return got.newest;
    }

    topic_store::page read_page(std::string const& topic, std::uint64_t after,
                                std::uint64_t through = ~std::uint64_t(0))
    {
        std::promise<topic_store::page> answer;
        store_.read(topic, after, through, [&](topic_store::page got) { answer.set_value(std::move(got)); });
        auto got = answer.get_future().get();
        if (got.error)
            std::rethrow_exception(got.error);
        return got;
    }

    struct history
    {
        std::uint64_t newest = 0;
        std::uint64_t lost = 0;
        std::vector<stored_event> events{};
    };

    /// What is kept of a topic when all is done that was asked before; opened for as long as this reads.
    history read(std::string const& topic)
    {
        history all{.newest = open(topic)};
        while (true) {
            auto const after = all.events.empty() ? 0 : all.events.back().number;
            auto next = read_page(topic, after, all.newest);
            if (after == 0)
                all.lost = next.lost;
            for (auto& each : next.events)
                all.events.push_back(std::move(each));
            if (next.is_last)
                break;
        }
        store_.close(topic);
        return all;
    }
    std::vector<std::uint64_t> tags(std::string const& topic) { return tags_of(read(topic).events); }

    bool append(std::string const& topic, stored_event value)
    {
        auto const tag = tag_of(value);
        {
            std::lock_guard const guard(book_->lock);
            ++book_->topics[topic].on_their_way;
        }
        bool const is_taken =
            store_.append(topic, std::move(value), [book = book_, topic, tag](topic_store::kept answer) {
                book->note(topic, tag, answer);
            });
        std::lock_guard const guard(book_->lock);
        book_->topics[topic].on_their_way -= is_taken ? 0 : 1;
        return is_taken;
    }
    bool append(std::string const& topic, std::uint64_t tag, std::size_t size = 0)
    {
        return append(topic, {.text = text_of(tag, size),
                              .published = std::chrono::system_clock::time_point(std::chrono::seconds(tag))});
    }

    /// Until at most so many of the topic are on their way.
    void wait(std::string const& topic, std::size_t on_their_way = 0)
    {
        std::unique_lock lock(book_->lock);
        book_->heard.wait(lock, [&] { return book_->topics[topic].on_their_way <= on_their_way; });
    }

    /// The error of an event that is waited for; empty when it was kept.
    std::string error_of(std::string const& topic, std::uint64_t tag, std::size_t size = 0)
    {
        auto const before = refused(topic).size();
        if (!append(topic, tag, size))
            return "the queue is full";
        wait(topic);
        std::lock_guard const guard(book_->lock);
        return book_->topics[topic].refused.size() == before ? "" : book_->last_error;
    }

    /// Tags, in the order of the calls.
    std::vector<std::uint64_t> kept(std::string const& topic)
    {
        std::lock_guard const guard(book_->lock);
        return book_->topics[topic].kept;
    }
    std::vector<std::uint64_t> refused(std::string const& topic)
    {
        std::lock_guard const guard(book_->lock);
        return book_->topics[topic].refused;
    }
    /// What `on_event` told, of all topics; once there are so many.
    std::vector<std::pair<std::string, stored_event>> told(std::size_t least = 0)
    {
        std::unique_lock lock(book_->lock);
        book_->heard.wait(lock, [&] { return book_->told.size() >= least; });
        return book_->told;
    }
    /// Once there are so many.
    std::vector<store_events::rollback> rollbacks(std::size_t least = 0)
    {
        std::unique_lock lock(book_->lock);
        book_->heard.wait(lock, [&] { return book_->rollbacks.size() >= least; });
        return book_->rollbacks;
    }
    /// Another than that of this epoch.
    store_events::life life_after(std::string const& epoch)
    {
        std::unique_lock lock(book_->lock);
        book_->heard.wait(lock, [&] { return !book_->life.epoch.empty() && book_->life.epoch != epoch; });
        return book_->life;
    }
    /// Until the store says so.
    void wait_until_away(bool is_away)
    {
        std::unique_lock lock(book_->lock);
        book_->heard.wait(lock, [&] { return book_->is_away == is_away; });
    }
    /// Whether somebody was told that an event is kept before `on_event` was.
    bool was_early() const
    {
        std::lock_guard const guard(book_->lock);
        return book_->was_early;
    }

private:
    struct topic_book
    {
        std::size_t on_their_way = 0;
        std::vector<std::uint64_t> kept;
        std::vector<std::uint64_t> refused;
    };
    struct book final : store_events
    {
        void on_rollback(store_events::rollback happened) noexcept override
        {
            std::lock_guard const guard(lock);
            rollbacks.push_back(happened);
            heard.notify_all();
        }
        void on_life(store_events::life begun) noexcept override
        {
            std::lock_guard const guard(lock);
            life = std::move(begun);
            heard.notify_all();
        }
        void on_away(bool now) noexcept override
        {
            std::lock_guard const guard(lock);
            is_away = now;
            heard.notify_all();
        }
        void on_event(std::string_view topic, stored_event value) noexcept override
        {
            std::lock_guard const guard(lock);
            told.emplace_back(topic, std::move(value));
            heard.notify_all();
        }
        void note(std::string const& topic, std::uint64_t tag, topic_store::kept const& answer)
        {
            std::lock_guard const guard(lock);
            auto& of = topics[topic];
            --of.on_their_way;
            (answer.error ? of.refused : of.kept).push_back(tag);
            if (!answer.error && (told.empty() || told.back().second.number < answer.number))
                was_early = true;
            try {
                if (answer.error)
                    std::rethrow_exception(answer.error);
            } catch (std::exception const& known) {
                last_error = known.what();
            }
            heard.notify_all();
        }

        mutable std::mutex lock;
        std::condition_variable heard;
        store_events::life life;
        std::vector<store_events::rollback> rollbacks;
        std::map<std::string, topic_book> topics;
        std::vector<std::pair<std::string, stored_event>> told;
        std::string last_error;
        bool was_early = false;
        bool is_away = false;
    };

    topic_store& store_;
    std::shared_ptr<book> book_ = std::make_shared<book>();
};

} // namespace tidings::test
