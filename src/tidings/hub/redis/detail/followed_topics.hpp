// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/redis/detail/catch_up.hpp>
#include <tidings/hub/redis/detail/publish_queue.hpp>
#include <tidings/hub/topic_store.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// What was pushed, in order: an event, or what a probe has brought.
struct engine_push
{
    std::string topic{};               ///< empty: of a probe
    stored_event value{};              ///< without a text: it is too large, and has to be read
    std::uint64_t token = 0;           ///< of a probe
    std::uint64_t newest = 0;          ///< of all topics, when it came by
    std::uint64_t newest_of_topic = 0; ///< of the topic that the probe was for
};

/// The topics that are open at this node: tells the hub of their events, by number over all of them, whether
/// they are pushed or have to be read. Pure; the engine is behind `questions`.
class followed_topics
{
public:
    class questions
    {
    public:
        virtual void subscribe(std::string const& topic) = 0;
        virtual void unsubscribe(std::string const& topic) = 0;
        /// Has the newest number of a topic pushed to this node, with the token that it gives.
        virtual std::uint64_t probe(std::string const& topic) = 0;
        virtual void ask_page(catch_up::wanted const& page, std::function<void(topic_store::page)> then) = 0;
        /// Of so many topics at most, see `names_a_question`.
        virtual void ask_positions(std::vector<std::string> const& topics,
                                   std::function<void(std::vector<std::uint64_t>)> then) = 0;

        /// What a probe of somebody else's has brought.
        virtual void on_probe(std::uint64_t token, std::uint64_t newest) = 0;
        /// From now on the hub is told of what is pushed.
        virtual void on_caught_up() = 0;

    protected:
        ~questions() = default;
    };
    static constexpr std::size_t names_a_question = 512;

    explicit followed_topics(questions& to) : questions_(to) {}

    // What is asked of a store

    void start(std::weak_ptr<store_events> hub);
    void open(std::string const& topic, std::function<void(topic_store::opened)> when_open);
    void close(std::string_view topic);
    /// Its publisher is told when the hub was told of the event.
    void add_kept(kept_publish event);
    /// All that waits is told so.
    void end(std::exception_ptr const& why);

    // Connections

    /// How it stands at the engine: tells the hub what is another than it knows. `known` is the last one.
    void take_life(store_events::life life);
    store_events::life const& life() const noexcept { return life_; }
    /// The highest number of that life which this node has seen.
    std::uint64_t seen() const noexcept { return seen_; }
    /// All topics are being subscribed to.
    std::vector<std::string> subscribe_all();
    void confirm(std::string_view topic);
    /// What is pushed is heard, up to that number: what the topics have missed of that is read first.
    void align(std::uint64_t newest);
    void disconnected();
    /// The engine is away, or the topics have caught up with it.
    void tell_away(bool is_away);

    /// Throws `engine_fault` when it is too much.
    void push(engine_push next);
    /// Tells what can be told.
    void work();

private:
    enum class state
    {
        apart, ///< what is pushed is read later
        catching_up,
        live,
    };
    struct topic
    {
        std::size_t opens = 0;
        bool is_subscribed = false; // asked for, on this connection
        bool is_heard = false;      // and confirmed
        bool is_open = false;       // the hub is told of its events
        bool is_void = false;       // what was told of it was taken back
        std::uint64_t told = 0;     // the newest number
        std::vector<std::function<void(topic_store::opened)>> waiting{};
        std::size_t asked = 0; // of those that wait: the engine has been asked
    };
    using topics = std::map<std::string, topic, std::less<>>;

    void ask_positions(std::vector<std::string> const& names, std::uint64_t through);
    bool step();
    bool take(engine_push& next);
    bool take_probe(engine_push const& next);
    void open_waiting(topics::value_type& which);
    void answer_waiting(topics::value_type& which);
    void tell(topics::value_type& of, stored_event value);
    void pass(std::uint64_t number);

    questions& questions_;
    std::weak_ptr<store_events> hub_;
    topics topics_;
    std::deque<kept_publish> kept_; // by number
    store_events::life life_;       // without an epoch: none yet
    std::uint64_t seen_ = 0;

    // On the present connections
    state state_ = state::apart;
    std::deque<engine_push> held_;
    std::size_t held_bytes_ = 0;
    catch_up missed_;
    std::size_t unknown_positions_ = 0;
    std::uint64_t passed_ = 0;                      // the hub has been told of everything up to this number
    std::map<std::uint64_t, std::string> openings_; // topics that are asked for, by token
};

} // namespace tidings::detail
