// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/redis/detail/engine_thread.hpp>
#include <tidings/hub/redis/redis_store.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <fmt/format.h>

#include <chrono>
#include <new>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// Every node takes it, and no reply that holds one is too large for them.
constexpr std::size_t max_event_bytes = 8 * 1024 * 1024;

} // namespace

engine_thread::engine_thread(internal::engine_url const& where, redis_store_options const& options)
    : loop_timer(internal::loop::of(io.get_executor())), where_(where.name()), identity_(where.identity()),
      options_(options), has_work_(io.get_executor()), session_(where, options),
      connections_(io, where, *this)
{}

std::shared_ptr<engine_thread> engine_thread::make(internal::engine_url const& where,
                                                   redis_store_options const& options)
{
    auto made = std::make_shared<engine_thread>(where, options);
    auto tried = made->first_try_.emplace().get_future();
    asio::post(made->io, [of = made.get()] { of->connections_.connect(); });
    made->thread_ = std::jthread([made] { made->io.run(); });
    try {
        tried.get();
    } catch (...) {
        made->stop();
        throw;
    }
    return made;
}

void engine_thread::stop()
{
    asio::post(io, [this] { end(); });
    // A thread cannot wait for itself: one of the system pool does it in its place.
    if (thread_.get_id() == std::this_thread::get_id())
        asio::post(asio::system_executor(), [ending = std::move(thread_)] {});
    else
        thread_.join();
}

// From any thread

void engine_thread::add(request next)
{
    {
        std::lock_guard const guard(lock_);
        requests_.push_back(std::move(next));
        if (std::exchange(is_woken_, true))
            return;
    }
    asio::post(io, [this] {
        take_requests();
        flush();
    });
}

// Whether there were any.
bool engine_thread::take_requests()
{
    std::vector<request> all;
    {
        std::lock_guard const guard(lock_);
        all.swap(requests_);
        is_woken_ = false;
    }
    for (request const& each : all)
        each(session_);
    return !all.empty();
}

void engine_thread::start(std::weak_ptr<store_events> hub)
{
    {
        std::lock_guard const guard(lock_);
        if (std::exchange(has_hub_, true))
            throw std::logic_error(
                "tidings: " + name() +
                " belongs to a registry already: give that all patterns of topics, or make "
                "another store");
    }
    add([hub = std::move(hub)](engine_session& to) { to.topics().start(hub); });
}

void engine_thread::open(std::string_view topic, topic_options const& bounds,
                         std::function<void(opened)> when_open)
{
    std::string const name(topic);
    redis_promise const promise = options_.promise ? options_.promise(topic) : redis_promise{};
    {
        std::lock_guard const guard(lock_);
        open_topic& of = opened_[name];
        ++of.opens;
        of.bounds = {bounds.max_events, bounds.history_bytes, bounds.history_age};
        of.promise = promise;
    }
    add([this, name, promise, when_open = std::move(when_open)](engine_session& to) {
        to.topics().open(name, [this, name, promise, when_open, &to](opened got) {
            if (auto const why = to.refusal_of(promise); why && !got.error) {
                close(name);
                got = {.error = why};
            }
            when_open(std::move(got));
        });
    });
}

void engine_thread::close(std::string_view topic) noexcept
{
    {
        std::lock_guard const guard(lock_);
        auto const found = opened_.find(topic);
        if (found == opened_.end())
            return;
        if (--found->second.opens == 0)
            opened_.erase(found);
    }
    add([name = std::string(topic)](engine_session& to) { to.topics().close(name); });
}

bool engine_thread::append(std::string_view topic, stored_event value, std::function<void(kept)> when_kept)
{
    std::size_t const size = value.own_id.size() + value.key.size() + value.text.size();
    if (size > max_event_bytes)
        throw std::invalid_argument(
            fmt::format("tidings: an event of {} bytes is too large: a shared engine takes at most {}", size,
                        max_event_bytes));
    value.published = std::chrono::system_clock::now();
    auto const event = std::make_shared<queued_publish>();
    event->topic = topic;
    event->value = std::move(value);
    event->since = clock::now();
    event->when_kept = [this, size, when_kept = std::move(when_kept)](kept answer) {
        {
            std::lock_guard const guard(lock_);
            --events_;
            bytes_ -= size;
        }
        when_kept(std::move(answer));
    };
    {
        std::lock_guard const guard(lock_);
        auto const found = opened_.find(topic);
        if (found == opened_.end())
            throw std::logic_error(fmt::format("tidings: the topic {} was not opened in its store", topic));
        if (events_ >= options_.max_queued_events || size > options_.queue_bytes - bytes_)
            return false;
        event->bounds = found->second.bounds;
        event->promise = found->second.promise;
        ++events_;
        bytes_ += size;
    }
    add([event](engine_session& to) { to.publish(std::move(*event)); });
    return true;
}

void engine_thread::read(std::string_view topic, std::uint64_t after, std::uint64_t through,
                         std::function<void(page)> when_read)
{
    add([name = std::string(topic), after, through, when_read = std::move(when_read)](engine_session& to) {
        to.read(name, after, through, when_read);
    });
}

// On the thread

void engine_thread::on_connecting()
{
    session_.begin(clock::now());
    flush();
}

void engine_thread::on_connected()
{
    work([&] { session_.connected(clock::now()); });
}

void engine_thread::on_answers(std::string_view bytes)
{
    work([&] { session_.receive_answers(bytes, clock::now()); });
}

void engine_thread::on_pushes(std::string_view bytes)
{
    work([&] { session_.receive_pushes(bytes, clock::now()); });
}

void engine_thread::on_waits_connected()
{
    work([&] { session_.waits_connected(clock::now()); });
}

void engine_thread::on_waits(std::string_view bytes)
{
    work([&] { session_.receive_waits(bytes, clock::now()); });
}

void engine_thread::on_lost(internal::engine_fault const& why)
{
    session_.disconnected();
    if (first_try_ && why.is_lasting) {
        connections_.close();
        return finish_first_try(std::make_exception_ptr(
            std::runtime_error(fmt::format("tidings: {} cannot be used: {}", name(), why.what()))));
    }
    if (connections_.failures() == 0)
        say(std::string(why.what()) + "; the store tries to reconnect, and what is published waits");
    finish_first_try({});
    flush();
}

void engine_thread::on_time()
{
    work([&] { session_.on_time(clock::now()); });
}

// What the engine does wrong ends all connections.
template <typename Action>
void engine_thread::work(Action action)
{
    bool const was_ready = session_.is_ready();
    try {
        action();
    } catch (internal::engine_fault const& fault) {
        return connections_.fail(fault);
    } catch (std::bad_alloc const&) {
        return connections_.fail(internal::engine_fault("there is not enough memory for its answer"));
    }
    if (!was_ready && session_.is_ready()) {
        connections_.note_success();
        if (connections_.failures() > 0)
            say("it is back, and what was missed has been read");
        finish_first_try({});
    }
    flush();
}

void engine_thread::finish_first_try(std::exception_ptr error)
{
    auto waiting = std::exchange(first_try_, std::nullopt);
    if (waiting && error)
        waiting->set_exception(std::move(error));
    else if (waiting)
        waiting->set_value();
}

void engine_thread::flush()
{
    if (session_.begin_waits(clock::now()))
        connections_.connect_waits();
    connections_.send(session_.take_commands(), session_.take_subscriptions(), session_.take_waits());
    if (auto const due = session_.due(); due == time_point::max())
        clear();
    else
        set(due);
}

// Also what callbacks ask for meanwhile is answered.
void engine_thread::end()
{
    connections_.close();
    session_.disconnected();
    do
        session_.end();
    while (take_requests());
    session_.end();
    io.stop();
}

void engine_thread::say(std::string const& what)
{
    std::string const line = fmt::format("{}: {}", name(), what);
    try {
        options_.log(log_level::warning, line);
    } catch (...) {
        log_to_stderr(log_level::warning, line);
    }
}

} // namespace tidings::detail

namespace tidings {

std::shared_ptr<topic_store> redis_store(std::string_view url, redis_store_options const& options)
{
    auto const made = detail::engine_thread::make(internal::parse_engine_url(url), options);
    return {made.get(), [made](topic_store*) { made->stop(); }};
}

} // namespace tidings
