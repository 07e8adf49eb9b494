// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/redis/detail/engine_session.hpp>
#include <tidings/hub/redis/detail/scripts.hpp>
#include <tidings/net/redis/internal/engine_fault.hpp>
#include <tidings/net/redis/internal/greeting.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

using internal::engine_error;
using internal::engine_fault;
using internal::engine_reply;
using internal::require;
using internal::require_let_in;
using internal::require_no_error;

namespace {

enum script : std::size_t
{
    publish_script,
    read_script,
    write_script,
    probe_script,
    script_count,
};

constexpr std::size_t max_pages_on_their_way = 64;

std::uint64_t number_of(engine_reply const& got)
{
    auto const number = internal::parse_number(got.text);
    require(number.has_value());
    return *number;
}

topic_store::page page_of(engine_reply const& got)
{
    if (got.what == engine_reply::kind::error && internal::meaning_of(got.text) == engine_error::refused)
        return {.error = std::make_exception_ptr(std::runtime_error(fmt::format(
                    "tidings: the topic cannot be read: {}", internal::fault_of(got.text).what())))};
    require_no_error(got);
    require(got.items.size() >= 2);
    topic_store::page page{.lost = number_of(got.items[0]), .is_last = got.items[1].is_text("1")};
    for (std::size_t i = 2; i < got.items.size(); ++i)
        if (auto event = scripts::parse_event(got.items[i].text))
            page.events.push_back(std::move(*event));
    return page;
}

// Of sixty bits: what is called so is so alone.
std::string random_name()
{
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    std::random_device random;
    std::string made;
    while (made.size() < 12)
        made += digits[random() % digits.size()];
    return made;
}

} // namespace

engine_session::engine_session(internal::engine_url where, redis_store_options const& options)
    : where_(std::move(where)), options_(options), producer_(random_name()), topics_(*this),
      confirmations_(options.answer_timeout, [this](kept_publish done) { topics_.add_kept(std::move(done)); })
{}

std::string engine_session::key(std::string_view rest) const
{
    return fmt::format("{}:{}:{}", where_.prefix, topics_.life().epoch, rest);
}

// Connections

void engine_session::begin(time_point now)
{
    deadline_ = later(now, options_.answer_timeout);
}

void engine_session::connected(time_point now)
{
    now_ = now;
    phase_ = phase::greeting;
    commands_.emplace(options_.answer_timeout);
    pushes_.emplace();
    if (auto const words = internal::authentication(where_); !words.empty())
        pushes_->authenticate(words);
    internal::greet(*commands_, where_, [this](internal::engine_info got) { engine_ = std::move(got); }, now);
    if (options_.promise) // whoever may not wait has to be told at the start
        ask({"WAIT", "0", "1"}, require_let_in);
    scripts_.clear();
    for (std::string const* each : {&scripts::publish, &scripts::read, &scripts::write, &scripts::probe})
        ask({"SCRIPT", "LOAD", *each}, [this](engine_reply const& got) {
            require_let_in(got);
            scripts_.push_back(got.text);
            if (scripts_.size() == script_count)
                join();
        });
}

void engine_session::join()
{
    phase_ = phase::joining;
    ask({"EVAL", scripts::join, "1", where_.prefix, engine_.who, random_name(), topics_.life().epoch,
         std::to_string(topics_.seen()), producer_},
        [this](engine_reply const& got) { on_join(got); });
}

void engine_session::on_join(engine_reply const& got)
{
    require_let_in(got);
    require(got.items.size() >= 4);
    store_events::life found{.epoch = got.items[0].text, .newest = number_of(got.items[2])};
    life_ = got.items[1].text;
    std::uint64_t const taken = number_of(got.items[3]);
    publishes_.begin_anew(taken, confirmations_.take_lost(taken));
    for (std::size_t i = 4; i < got.items.size(); ++i) {
        std::uint64_t range[2]{};
        require(internal::parse_numbers(got.items[i].text, range));
        found.rollbacks.push_back({.survived = range[0], .resumed = range[1]});
    }
    topics_.take_life(std::move(found));
    std::vector<std::string> channels = topics_.subscribe_all();
    for (std::string& each : channels)
        each = key(each.insert(0, "c:"));
    channels.push_back(key("n:" + producer_));
    pushes_->subscribe(channels);
}

void engine_session::waits_connected(time_point now)
{
    now_ = now;
    confirmations_.connected(
        where_, engine_.who,
        {"EVALSHA", scripts_[write_script], "1", where_.prefix, topics_.life().epoch, life_, producer_}, now);
}

void engine_session::receive_waits(std::string_view bytes, time_point now)
{
    now_ = now;
    confirmations_.receive(bytes, now);
}

void engine_session::disconnected()
{
    if (is_ready())
        topics_.tell_away(true);
    phase_ = phase::apart;
    commands_.reset();
    pushes_.reset();
    confirmations_.disconnected();
    topics_.disconnected();
    pages_on_their_way_ = 0;
    for (auto& each : pages_)
        each.was_sent = false;
    probe_token_ = 0;
    deadline_ = probe_due_ = time_point::max();
}

void engine_session::receive_answers(std::string_view bytes, time_point now)
{
    now_ = now;
    commands_->receive(bytes, now);
    topics_.work();
}

void engine_session::receive_pushes(std::string_view bytes, time_point now)
{
    now_ = now;
    pushes_->receive(bytes);
    while (auto const heard = pushes_->next())
        if (heard->message)
            on_message(heard->channel, *heard->message);
        else
            on_confirmed(heard->channel);
    topics_.work();
}

void engine_session::on_confirmed(std::string_view channel)
{
    if (std::string const begin = key("c:"); channel.starts_with(begin))
        topics_.confirm(channel.substr(begin.size()));
    if (phase_ != phase::joining || pushes_->unconfirmed() > 0)
        return;
    phase_ = phase::aligning;
    probe_token_ = probe("");
}

// What is nothing of ours is passed over: others may write into the engine.
void engine_session::on_message(std::string_view channel, std::string_view text)
{
    std::string const begin = key("c:");
    if (std::uint64_t probed[3]{};
        channel == key("n:" + producer_) && internal::parse_numbers(text, probed)) {
        if (probed[0] == probe_token_ && is_ready()) // it may have to wait behind what has to be read
            probe_token_ = 0;
        topics_.push({.token = probed[0], .newest = probed[1], .newest_of_topic = probed[2]});
    } else if (auto value = scripts::parse_event(text); value && channel.starts_with(begin)) {
        topics_.push({.topic = std::string(channel.substr(begin.size())), .value = std::move(*value)});
    }
}

void engine_session::on_probe(std::uint64_t token, std::uint64_t newest)
{
    if (token != probe_token_)
        return;
    probe_token_ = 0;
    if (phase_ != phase::aligning)
        return;
    phase_ = phase::catching_up;
    deadline_ = time_point::max();
    topics_.align(newest);
}

void engine_session::on_caught_up()
{
    phase_ = phase::ready;
    topics_.tell_away(false);
    probe_due_ = later(now_, options_.probe_timeout);
    send_publishes();
    send_pages();
}

void engine_session::on_time(time_point now)
{
    now_ = now;
    publishes_.expire(now, options_.publish_timeout);
    if (now >= deadline_)
        throw engine_fault("it did not accept the node in time");
    if (commands_)
        commands_->check(now);
    confirmations_.check(now);
    if (now < probe_due_)
        return;
    if (probe_token_ != 0)
        throw engine_fault("it does not push to this node any more");
    probe_token_ = probe("");
    probe_due_ = later(now, options_.probe_timeout);
}

time_point engine_session::due() const noexcept
{
    auto const command_due = commands_ ? commands_->due() : time_point::max();
    return std::min(
        {deadline_, command_due, probe_due_, confirmations_.due(), publishes_.due(options_.publish_timeout)});
}

// What is asked of a store

void engine_session::publish(queued_publish event)
{
    publishes_.push(std::move(event));
    if (is_ready())
        send_publishes();
}

void engine_session::read(std::string topic, std::uint64_t after, std::uint64_t through,
                          std::function<void(topic_store::page)> when_read)
{
    pages_.push_back({{std::move(topic), after, through}, std::move(when_read)});
    if (is_ready())
        send_pages();
}

void engine_session::end()
{
    auto const why = std::make_exception_ptr(std::runtime_error("tidings: the store ends"));
    confirmations_.end();
    topics_.end(why);
    publishes_.refuse_all("the store ends");
    for (auto const left = std::exchange(pages_, {}); auto const& each : left)
        each.when_read({.error = why});
}

// What is sent

void engine_session::ask(std::vector<std::string_view> const& words, internal::command_pipe::on_answer then)
{
    commands_->ask(words, std::move(then), now_);
}

void engine_session::run(std::size_t script, std::vector<std::string_view> const& arguments,
                         internal::command_pipe::on_answer then)
{
    std::vector<std::string_view> words{"EVALSHA", scripts_[script], "1", where_.prefix,
                                        topics_.life().epoch};
    words.insert(words.end(), arguments.begin(), arguments.end());
    ask(words, std::move(then));
}

std::uint64_t engine_session::probe(std::string const& topic)
{
    std::uint64_t const token = next_token_++;
    run(probe_script, {life_, producer_, std::to_string(token), topic}, [](engine_reply const& got) {
        require_no_error(got);
        if (got.number == 0)
            throw engine_fault("it does not push to this node any more");
    });
    return token;
}

void engine_session::ask_page(catch_up::wanted const& page, std::function<void(topic_store::page)> then)
{
    run(read_script,
        {page.topic, std::to_string(page.after), std::to_string(page.through),
         std::to_string(page.max_events), std::to_string(page.max_bytes)},
        [then = std::move(then)](engine_reply const& got) { then(page_of(got)); });
}

void engine_session::ask_positions(std::vector<std::string> const& names,
                                   std::function<void(std::vector<std::uint64_t>)> then)
{
    std::string const record = key("topics");
    std::vector<std::string_view> words{"HMGET", record};
    words.insert(words.end(), names.begin(), names.end());
    ask(words, [count = names.size(), then = std::move(then)](engine_reply const& got) {
        require_no_error(got);
        require(got.items.size() == count);
        std::vector<std::uint64_t> newest(count);
        std::ranges::transform(got.items, newest.begin(), [](engine_reply const& each) {
            return internal::parse_number(each.text.substr(0, each.text.find(' '))).value_or(0);
        });
        then(newest);
    });
}

void engine_session::send_publishes()
{
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    while (queued_publish const* const next = publishes_.take()) {
        queued_publish const& event = *next;
        stored_event const& value = event.value;
        auto const published = duration_cast<milliseconds>(value.published.time_since_epoch());
        auto const age = std::max(duration_cast<milliseconds>(event.bounds.age), milliseconds(0));
        run(publish_script,
            {life_, producer_, std::to_string(event.sequence), std::to_string(event.before), event.topic,
             value.own_id, value.key, std::to_string(published.count()), value.text,
             std::to_string(std::max<std::size_t>(event.bounds.events, 1)),
             std::to_string(event.bounds.bytes), std::to_string(age.count()), value.producer,
             std::to_string(value.sequence)},
            [this](engine_reply const& got) {
                if (auto kept = publishes_.answer(got))
                    on_stored(std::move(*kept));
                send_publishes();
            });
    }
}

void engine_session::on_stored(queued_publish event)
{
    if (event.promise.replicas > 0 || event.promise.synced)
        confirmations_.add(std::move(event), now_);
    else
        topics_.add_kept({.answer = {.number = event.value.number}, .when_kept = std::move(event.when_kept)});
}

void engine_session::send_pages()
{
    for (auto at = pages_.begin(); at != pages_.end() && pages_on_their_way_ < max_pages_on_their_way; ++at) {
        if (std::exchange(at->was_sent, true))
            continue;
        ++pages_on_their_way_;
        ask_page(at->what, [this, at](topic_store::page got) {
            --pages_on_their_way_;
            auto const when_read = std::move(at->when_read);
            pages_.erase(at);
            for (stored_event& each : got.events)
                each.previous = 0; // which only `on_event` tells
            when_read(std::move(got));
            send_pages();
        });
    }
}

} // namespace tidings::detail
