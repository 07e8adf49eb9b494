// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/redis/detail/confirmations.hpp>
#include <tidings/hub/redis/detail/followed_topics.hpp>
#include <tidings/hub/redis/detail/publish_queue.hpp>
#include <tidings/hub/redis/redis_store.hpp>
#include <tidings/hub/topic_store.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/net/redis/internal/command_pipe.hpp>
#include <tidings/net/redis/internal/engine_info.hpp>
#include <tidings/net/redis/internal/engine_url.hpp>
#include <tidings/net/redis/internal/push_feed.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// All that is said between a node and its engine, over its connections: see the phases in
/// docs/design/redis.md. Bytes and instants are arguments, so it knows neither sockets nor clocks. What goes
/// wrong is thrown as `engine_fault`: all connections are to be closed then, and `disconnected` is to be
/// called. Not thread-safe; it calls the hub and callbacks from within, and none of these may call it.
class engine_session final : followed_topics::questions
{
public:
    /// Of the options only the times are used, and whether there are promises.
    engine_session(internal::engine_url where, redis_store_options const& options);
    engine_session(engine_session const&) = delete;
    engine_session& operator=(engine_session const&) = delete;

    // Connections

    /// Both are being made: from now on all is under one deadline until what is pushed is heard.
    void begin(time_point now);
    /// Both are there.
    void connected(time_point now);
    void receive_answers(std::string_view bytes, time_point now);
    void receive_pushes(std::string_view bytes, time_point now);
    /// Whether a third one has to be made, for waits: now it is on its way.
    bool begin_waits(time_point now) { return is_ready() && confirmations_.begin(now); }
    void waits_connected(time_point now);
    void receive_waits(std::string_view bytes, time_point now);
    /// All are gone. What was asked stays, and is asked again.
    void disconnected();
    void on_time(time_point now);
    /// When `on_time` has something to do.
    time_point due() const noexcept;
    std::string take_commands() { return commands_ ? commands_->take_output() : std::string(); }
    std::string take_subscriptions() { return pushes_ ? pushes_->take_output() : std::string(); }
    std::string take_waits() { return confirmations_.take_output(); }
    /// All that was missed has been told.
    bool is_ready() const noexcept { return phase_ == phase::ready; }

    // What is asked of a store

    followed_topics& topics() noexcept { return topics_; }
    /// Why the engine cannot keep a promise; null if it can.
    std::exception_ptr refusal_of(redis_promise const& promise) const
    {
        return detail::refusal_of(promise, engine_);
    }
    void publish(queued_publish event);
    void read(std::string topic, std::uint64_t after, std::uint64_t through,
              std::function<void(topic_store::page)> when_read);
    /// Nothing is asked any more: all that waits is told so.
    void end();

private:
    enum class phase
    {
        apart,
        greeting, // who are you
        joining,  // which life is it, and what is followed here
        aligning, // what is pushed is heard
        catching_up,
        ready,
    };
    struct asked_page
    {
        catch_up::wanted what;
        std::function<void(topic_store::page)> when_read;
        bool was_sent = false;
    };

    void subscribe(std::string const& topic) override { pushes_->subscribe({key("c:" + topic)}); }
    void unsubscribe(std::string const& topic) override { pushes_->unsubscribe(key("c:" + topic)); }
    std::uint64_t probe(std::string const& topic) override;
    void ask_page(catch_up::wanted const& page, std::function<void(topic_store::page)> then) override;
    void ask_positions(std::vector<std::string> const& names,
                       std::function<void(std::vector<std::uint64_t>)> then) override;
    void on_probe(std::uint64_t token, std::uint64_t newest) override;
    void on_caught_up() override;

    void ask(std::vector<std::string_view> const& words, internal::command_pipe::on_answer then);
    void run(std::size_t script, std::vector<std::string_view> const& arguments,
             internal::command_pipe::on_answer then);
    void join();
    void on_join(internal::engine_reply const& got);
    void on_confirmed(std::string_view channel);
    void on_message(std::string_view channel, std::string_view text);
    void on_stored(queued_publish event);
    void send_publishes();
    void send_pages();
    std::string key(std::string_view rest) const;

    internal::engine_url const where_;
    redis_store_options const options_;
    std::string const producer_; // tells this process from all others
    followed_topics topics_;
    publish_queue publishes_;
    confirmations confirmations_;
    std::list<asked_page> pages_;

    // Of the present connections
    phase phase_ = phase::apart;
    time_point now_{};
    std::optional<internal::command_pipe> commands_;
    std::optional<internal::push_feed> pushes_;
    std::vector<std::string> scripts_; // their SHA-1
    internal::engine_info engine_;
    std::string life_; // number, as text
    std::size_t pages_on_their_way_ = 0;
    std::uint64_t next_token_ = 1;
    std::uint64_t probe_token_ = 0;           // that has not come back; 0: none
    time_point deadline_ = time_point::max(); // to be aligned
    time_point probe_due_ = time_point::max();
};

} // namespace tidings::detail
