// SPDX-License-Identifier: BSL-1.0
// Publishers on plain threads, followers on two loops that leave in the middle and come back with their last
// id: every follower sees every event, once and in order. Usage: topic_stress [events each publisher sends]
#include <tidings/hub/topic.hpp>
#include <tidings/sse/event_parser.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;

namespace {

constexpr int publishers = 2;
constexpr int followers_per_loop = 20;
constexpr int loops = 2;

/// What a connection takes goes to a parser; now and then it takes little, and then nothing for a while.
class parsing_transport final : public tidings::transport
{
public:
    parsing_transport(asio::io_context& io, tidings::event_parser& parser, std::mt19937& random)
        : io_(io), parser_(parser), random_(random)
    {}

    std::string stream_head(int, tidings::headers const&) override { return {}; }
    tidings::framing body_framing() const noexcept override { return tidings::framing::none; }
    void finish() override {}
    void cut(tidings::cut_reason) override { std::abort(); } // the history holds everything

    tidings::write_result write(std::span<asio::const_buffer const> pieces) override
    {
        std::size_t room = random_() % 4 == 0 ? random_() % 200 : 100'000;
        std::size_t taken = 0;
        for (auto const& piece : pieces) {
            std::size_t const part = std::min(room, piece.size());
            taken += part;
            room -= part;
            std::string_view bytes(static_cast<char const*>(piece.data()), part);
            while (auto const event = parser_.next(bytes))
                received.push_back(std::stoull(event->data()));
        }
        return {.taken = taken};
    }

    void await_writable() override
    {
        asio::post(io_, [this, alive = std::weak_ptr(alive_)] {
            if (!alive.expired())
                stream->out().on_writable();
        });
    }

    tidings::event_stream* stream = nullptr;
    std::vector<unsigned long long> received;

private:
    asio::io_context& io_;
    tidings::event_parser& parser_;
    std::mt19937& random_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

asio::awaitable<void> leave_after(tidings::context ctx, tidings::context_scope& visit, unsigned turns)
{
    for (unsigned i = 0; i < turns && !ctx.is_done(); ++i)
        co_await asio::post(ctx.get_executor(), asio::use_awaitable);
    visit.cancel();
}

asio::awaitable<void> follow_in_visits(asio::io_context& io, tidings::topic topic, unsigned seed,
                                       std::vector<unsigned long long>& seen, std::atomic<unsigned>& visits)
{
    std::mt19937 random(seed);
    tidings::event_parser parser;
    auto root = tidings::context::root(io.get_executor());
    tidings::writer_options const options{.keep_alive = {}, .write_timeout = {}};
    bool is_over = false;
    while (!is_over) {
        ++visits;
        parsing_transport transport(io, parser, random);
        auto visit = tidings::with_cancel(root);
        std::optional<std::string> last;
        if (!parser.last_event_id().empty())
            last = parser.last_event_id();
        tidings::event_stream out(visit, transport, options, last);
        transport.stream = &out;
        asio::co_spawn(io, leave_after(visit, visit, random() % 40), [](std::exception_ptr) {});
        auto const end = co_await topic.follow(visit, out, tidings::from_oldest());
        is_over = end == tidings::follow_end::closed;
        while (!visit.is_done()) // the other coroutine still refers to the visit
            co_await asio::post(io, asio::use_awaitable);
        if (is_over)
            co_await out.out().written();
        seen.insert(seen.end(), transport.received.begin(), transport.received.end());
        parser.restart();
    }
}

} // namespace

int main(int argc, char** argv)
{
    unsigned long long const each = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000;
    unsigned long long const total = each * publishers;
    tidings::topic topic({.history_count = total + 1, .history_bytes = std::size_t{1} << 32});
    std::vector<std::vector<unsigned long long>> seen(loops * followers_per_loop);
    std::atomic<unsigned> visits{0};

    std::vector<std::unique_ptr<asio::io_context>> contexts;
    for (int i = 0; i < loops; ++i) {
        contexts.push_back(std::make_unique<asio::io_context>(1));
        for (int j = 0; j < followers_per_loop; ++j) {
            auto const index = static_cast<unsigned>(i * followers_per_loop + j);
            asio::co_spawn(*contexts[i], follow_in_visits(*contexts[i], topic, index, seen[index], visits),
                           [](std::exception_ptr failure) {
                               if (failure)
                                   std::rethrow_exception(failure);
                           });
        }
    }
    {
        std::vector<std::jthread> threads;
        for (auto const& each_loop : contexts)
            threads.emplace_back([&io = *each_loop] { io.run(); });
        std::vector<std::jthread> publishing;
        for (int p = 0; p < publishers; ++p)
            publishing.emplace_back([&, p] {
                for (unsigned long long i = 0; i < each; ++i)
                    topic.publish({.data = fmt::format("{}", i * publishers + static_cast<unsigned>(p))});
            });
        publishing.clear();
        topic.close();
    }

    int wrong = 0;
    for (auto const& one : seen) {
        // Each publisher's events in its order, none missing, none twice; and all followers agree on the
        // whole order.
        std::vector<unsigned long long> next(publishers, 0);
        for (auto const value : one)
            wrong += value / publishers != next[value % publishers]++;
        wrong += one.size() != total;
        wrong += one != seen.front();
    }
    fmt::print("topic_stress: {} followers, {} visits, {} events each, {} wrong\n", seen.size(),
               visits.load(), total, wrong);
    return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
