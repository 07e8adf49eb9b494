// SPDX-License-Identifier: BSL-1.0
// Publishers on plain threads, topics of three policies in one registry, and subscribers on two loops that
// follow one or several of them, leave in the middle and come back with their last id. Each must see every
// event of its topics once and in the order of the registry, but for gaps that it was told of. Usage:
// topic_stress [events]
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/sse/event_parser.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include "parsing_transport.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using tidings::overflow;

namespace {

constexpr std::size_t publishers = 8;
constexpr std::size_t subscribers = 200;
constexpr std::size_t topics = 10;
constexpr std::size_t loops = 2;
constexpr std::size_t history = 1'000;

constexpr std::array policies{overflow::wait, overflow::wait, overflow::cut, overflow::drop_oldest};

/// What one subscriber has seen of one publisher in one topic.
struct track
{
    std::uint64_t next = 0;
    bool may_jump = false; // a gap has been told since
};

struct counts
{
    std::uint64_t events = 0, visits = 0, cuts = 0, resets = 0;
    std::uint64_t repeated = 0, missing = 0, disordered = 0;
};

class subscriber
{
public:
    subscriber(asio::io_context& io, std::vector<tidings::topic>& all, std::size_t index)
        : io_(io), random_(static_cast<unsigned>(index)), root_(tidings::context::root(io.get_executor()))
    {
        std::size_t const several = index % 5 == 0 ? 3 : 1;
        for (std::size_t i = 0; i < several; ++i) {
            followed_.push_back((index + i * 3) % topics);
            topics_.add(all[followed_.back()], tidings::from_oldest());
        }
    }

    asio::awaitable<void> run()
    {
        bool is_over = false;
        while (!is_over) {
            ++seen.visits;
            tidings::test::parsing_transport client(io_, parser_, random_,
                                                    [this](auto const& event) { take(event); });
            auto visit = tidings::with_cancel(root_);
            auto asked = tidings::request::get("/");
            if (parser_.last_event_id().empty())
                allow_jumps(); // it knows no place yet: it begins with what is there
            else
                asked = std::move(asked).with_header("Last-Event-ID", parser_.last_event_id());
            tidings::internal::event_writer body(visit, client, options_);
            tidings::event_stream out(visit, body, asked);
            client.serve(body, [&visit] { visit.cancel(); });
            asio::co_spawn(io_, leave_after(visit, visit, random_() % 30), [](std::exception_ptr) {});
            auto const end = co_await topics_.follow(visit, out);
            is_over = end == tidings::follow_end::closed;
            while (!visit.is_done()) // the other coroutine still refers to the visit
                co_await asio::post(io_, asio::use_awaitable);
            if (is_over)
                co_await tidings::internal::access::core(out).out().written();
            seen.cuts += client.was_cut();
            parser_.restart();
        }
    }

    /// Counts what is missing at the end, when each publisher has sent so many events to each topic.
    void check_end(std::uint64_t sent)
    {
        for (std::size_t const topic : followed_)
            for (auto const& each : tracks_.at(topic))
                seen.missing += each.may_jump ? 0 : sent - each.next;
    }

    counts seen;

private:
    static asio::awaitable<void> leave_after(tidings::context ctx, tidings::context_scope& visit,
                                             unsigned turns)
    {
        for (unsigned i = 0; i < turns && !ctx.is_done(); ++i)
            co_await asio::post(ctx.get_executor(), asio::use_awaitable);
        visit.cancel();
    }

    void take(tidings::received_event const& event)
    {
        if (event.type() == "tidings-reset") {
            ++seen.resets;
            return allow_jumps();
        }
        if (event.type() == "tidings-place")
            return;
        std::size_t topic = 0;
        std::size_t publisher = 0;
        unsigned long long number = 0;
        if (std::sscanf(event.data().c_str(), "%zu %zu %llu", &topic, &publisher, &number) != 3)
            std::abort();
        ++seen.events;
        std::string const id(event.id());
        std::uint64_t const place = std::strtoull(id.c_str() + id.rfind('-') + 1, nullptr, 10);
        seen.disordered += place <= last_place_;
        last_place_ = place;
        track& of = tracks_.at(topic).at(publisher);
        seen.repeated += number < of.next;
        if (number > of.next && !of.may_jump)
            seen.missing += number - of.next;
        of = {.next = number + 1};
    }

    void allow_jumps()
    {
        for (auto& topic : tracks_)
            for (auto& each : topic)
                each.may_jump = true;
    }

    asio::io_context& io_;
    std::mt19937 random_;
    tidings::context_scope root_;
    std::vector<std::size_t> followed_;
    tidings::topic_list topics_;
    tidings::event_parser parser_;
    tidings::internal::writer_options const options_{.keep_alive = {}, .write_timeout = {}};
    std::array<std::array<track, publishers>, topics> tracks_{};
    std::uint64_t last_place_ = 0;
};

void publish(std::vector<tidings::topic>& all, std::size_t publisher, std::uint64_t each)
{
    for (std::uint64_t i = 0; i < each; ++i)
        for (std::size_t t = 0; t < topics; ++t) {
            std::string const data = fmt::format("{} {} {}", t, publisher, i);
            while (!all[t].try_publish({.data = data}))
                std::this_thread::yield(); // refused: a follower has to catch up
        }
}

} // namespace

int main(int argc, char** argv)
{
    std::uint64_t const total = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
    std::uint64_t const each = total / publishers / topics;

    tidings::topic_registry registry;
    for (std::size_t i = 0; i < policies.size(); ++i)
        registry.add(fmt::format("{}/{{topic}}", i), {.max_events = history, .overflow = policies[i]});
    std::vector<tidings::topic> all;
    for (std::size_t t = 0; t < topics; ++t)
        all.push_back(*registry.get(fmt::format("{}/{}", t % policies.size(), t)));
    std::vector<std::unique_ptr<asio::io_context>> contexts;
    std::vector<std::unique_ptr<subscriber>> followers;
    for (std::size_t i = 0; i < loops; ++i)
        contexts.push_back(std::make_unique<asio::io_context>(1));
    for (std::size_t i = 0; i < subscribers; ++i) {
        auto& io = *contexts[i % loops];
        followers.push_back(std::make_unique<subscriber>(io, all, i));
        asio::co_spawn(io, followers.back()->run(), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
    }
    {
        std::vector<std::jthread> threads;
        for (auto const& io : contexts)
            threads.emplace_back([&io = *io] { io.run(); });
        std::vector<std::jthread> publishing;
        for (std::size_t p = 0; p < publishers; ++p)
            publishing.emplace_back([&all, p, each] { publish(all, p, each); });
        publishing.clear();
        for (auto& topic : all)
            topic.close();
    }

    counts sum;
    for (auto const& one : followers) {
        one->check_end(each);
        sum.events += one->seen.events;
        sum.visits += one->seen.visits;
        sum.cuts += one->seen.cuts;
        sum.resets += one->seen.resets;
        sum.repeated += one->seen.repeated;
        sum.missing += one->seen.missing;
        sum.disordered += one->seen.disordered;
    }
    fmt::print(
        "topic_stress: {} events published by {} threads to {} topics; {} subscribers in {} visits took {}; "
        "{} were cut, {} gaps were told; {} repeated, {} out of the registry's order, {} missing\n",
        each * publishers * topics, publishers, topics, subscribers, sum.visits, sum.events, sum.cuts,
        sum.resets, sum.repeated, sum.disordered, sum.missing);
    return sum.repeated + sum.disordered + sum.missing == 0 && sum.events > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
