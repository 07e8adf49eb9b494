// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/hub/long_poll.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/server/server_options.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/end_reason.hpp>

#include <boost/asio/awaitable.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::test {

/// What a handler is doing when its client leaves.
enum class doing
{
    stream_before_head,
    stream_open,
    stream_handed_over,
    plain_waiting,
    plain_under_way,
    file_waiting,
    file_under_way,
    long_poll,
};

/// How a client leaves.
enum class leaving
{
    closes,      ///< FIN, and a reset for what comes then
    resets,      ///< RST
    half_closes, ///< FIN, and reads on
    vanishes,    ///< nothing any more
};

/// When its handler's context ends, or a stream that was handed over.
enum class ends
{
    at_once,           ///< when the server reads it
    within_round_trip, ///< when the peer has answered a comment
    by_write_timeout,  ///< of what is sent
    by_probes,         ///< of the kernel, where nothing is sent
    never,
};

/// How it is counted.
enum class counted_as
{
    nothing,
    client_gone,
    write_timeout,
};

struct end_row
{
    doing what;
    leaving how;
    ends when;
    counted_as count;
};

/// The table of ends, with the default of `server_options::on_half_close`. In memory and over sockets, over
/// HTTP/1.1 and 1.0; an answer is under way over sockets alone.
inline constexpr std::array table_of_ends{
    end_row{doing::stream_before_head, leaving::closes, ends::at_once, counted_as::client_gone},
    end_row{doing::stream_before_head, leaving::resets, ends::at_once, counted_as::client_gone},
    end_row{doing::stream_before_head, leaving::half_closes, ends::at_once, counted_as::client_gone},
    end_row{doing::stream_before_head, leaving::vanishes, ends::by_write_timeout, counted_as::write_timeout},
    end_row{doing::stream_open, leaving::closes, ends::within_round_trip, counted_as::client_gone},
    end_row{doing::stream_open, leaving::resets, ends::at_once, counted_as::client_gone},
    end_row{doing::stream_open, leaving::half_closes, ends::never, counted_as::nothing},
    end_row{doing::stream_open, leaving::vanishes, ends::by_write_timeout, counted_as::write_timeout},
    end_row{doing::stream_handed_over, leaving::closes, ends::within_round_trip, counted_as::client_gone},
    end_row{doing::stream_handed_over, leaving::resets, ends::at_once, counted_as::client_gone},
    end_row{doing::stream_handed_over, leaving::half_closes, ends::never, counted_as::nothing},
    end_row{doing::stream_handed_over, leaving::vanishes, ends::by_write_timeout, counted_as::write_timeout},
    end_row{doing::plain_waiting, leaving::closes, ends::at_once, counted_as::client_gone},
    end_row{doing::plain_waiting, leaving::resets, ends::at_once, counted_as::client_gone},
    end_row{doing::plain_waiting, leaving::half_closes, ends::at_once, counted_as::client_gone},
    end_row{doing::plain_waiting, leaving::vanishes, ends::by_probes, counted_as::client_gone},
    end_row{doing::plain_under_way, leaving::closes, ends::at_once, counted_as::client_gone},
    end_row{doing::plain_under_way, leaving::resets, ends::at_once, counted_as::client_gone},
    end_row{doing::plain_under_way, leaving::half_closes, ends::at_once, counted_as::nothing},
    end_row{doing::plain_under_way, leaving::vanishes, ends::by_write_timeout, counted_as::write_timeout},
    end_row{doing::file_waiting, leaving::closes, ends::at_once, counted_as::client_gone},
    end_row{doing::file_waiting, leaving::resets, ends::at_once, counted_as::client_gone},
    end_row{doing::file_waiting, leaving::half_closes, ends::at_once, counted_as::client_gone},
    end_row{doing::file_waiting, leaving::vanishes, ends::by_probes, counted_as::client_gone},
    end_row{doing::file_under_way, leaving::closes, ends::at_once, counted_as::client_gone},
    end_row{doing::file_under_way, leaving::resets, ends::at_once, counted_as::client_gone},
    end_row{doing::file_under_way, leaving::half_closes, ends::at_once, counted_as::nothing},
    end_row{doing::file_under_way, leaving::vanishes, ends::by_write_timeout, counted_as::write_timeout},
    end_row{doing::long_poll, leaving::closes, ends::at_once, counted_as::client_gone},
    end_row{doing::long_poll, leaving::resets, ends::at_once, counted_as::client_gone},
    end_row{doing::long_poll, leaving::half_closes, ends::at_once, counted_as::client_gone},
    end_row{doing::long_poll, leaving::vanishes, ends::by_probes, counted_as::client_gone},
};

constexpr bool is_under_way(doing what)
{
    return what == doing::plain_under_way || what == doing::file_under_way;
}

constexpr bool is_open_stream(doing what)
{
    return what == doing::stream_open || what == doing::stream_handed_over;
}

constexpr std::string_view to_string(doing what)
{
    constexpr std::array<std::string_view, 8> names{
        "stream, before the head", "stream, open",  "stream, handed over", "plain answer, waiting",
        "plain answer, under way", "file, waiting", "file, under way",     "long poll"};
    return names[static_cast<std::size_t>(what)];
}

constexpr std::string_view to_string(leaving how)
{
    constexpr std::array<std::string_view, 4> names{"closes", "resets", "half-closes", "vanishes"};
    return names[static_cast<std::size_t>(how)];
}

/// Times under which the whole table has been seen within some seconds.
inline server_options options_for_ends()
{
    server_options options;
    options.keep_alive = std::chrono::seconds(1);
    options.write_timeout = std::chrono::seconds(2);
    options.grace_timeout = std::chrono::seconds(5);
    options.drain_timeout = std::chrono::seconds(1);
    return options;
}

/// The handlers of the table, and the contexts that they were given. From any thread.
class ended_handlers
{
public:
    explicit ended_handlers(std::filesystem::path file = {}) : file_(std::move(file)) {}

    handler handler_for(doing what)
    {
        switch (what) {
        case doing::stream_before_head:
            return std::bind_front(wait_silently, this);
        case doing::stream_open:
            return std::bind_front(wait_open, this);
        case doing::stream_handed_over:
            return std::bind_front(hand_over, this);
        case doing::plain_under_way:
            return std::bind_front(answer_much, this);
        case doing::file_waiting:
            return std::bind_front(wait_for_file, this);
        case doing::file_under_way:
            return std::bind_front(answer_file, this);
        case doing::long_poll:
            return std::bind_front(poll, this);
        case doing::plain_waiting:
            break;
        }
        return std::bind_front(wait_plainly, this);
    }

    std::vector<context> contexts() const
    {
        std::lock_guard const guard(lock_);
        return contexts_;
    }

    topic const& news() const noexcept { return news_; }

private:
    static boost::asio::awaitable<void> wait_silently(ended_handlers* all, context ctx, request const&,
                                                      event_stream&)
    {
        all->note(ctx);
        after never(std::chrono::hours(10));
        co_await never.wait(ctx);
    }
    static boost::asio::awaitable<void> wait_open(ended_handlers* all, context ctx, request const&,
                                                  event_stream& out)
    {
        all->note(ctx);
        co_await out.open();
        after never(std::chrono::hours(10));
        co_await never.wait(ctx);
    }
    static boost::asio::awaitable<void> hand_over(ended_handlers* all, context ctx, request const&,
                                                  event_stream& out)
    {
        all->note(ctx);
        all->news_.attach(out);
        co_return;
    }
    static boost::asio::awaitable<response> wait_plainly(ended_handlers* all, context ctx, request const&)
    {
        all->note(ctx);
        after never(std::chrono::hours(10));
        co_await never.wait(ctx);
        co_return response::text("late");
    }
    static boost::asio::awaitable<response> answer_much(ended_handlers* all, context ctx, request const&)
    {
        all->note(ctx);
        co_return response::text(std::string(much, 'x'));
    }
    static boost::asio::awaitable<response> wait_for_file(ended_handlers* all, context ctx, request const&)
    {
        all->note(ctx);
        after never(std::chrono::hours(10));
        co_await never.wait(ctx);
        co_return response::file(all->file_);
    }
    static boost::asio::awaitable<response> answer_file(ended_handlers* all, context ctx, request const&)
    {
        all->note(ctx);
        co_return response::file(all->file_);
    }
    static boost::asio::awaitable<response> poll(ended_handlers* all, context ctx, request const& asked)
    {
        all->note(ctx);
        long_poll_options options;
        options.wait_timeout = std::chrono::hours(10);
        auto answer = co_await tidings::long_poll(ctx, asked, all->news_, options);
        co_return answer;
    }

    void note(context const& ctx)
    {
        std::lock_guard const guard(lock_);
        contexts_.push_back(ctx);
    }

public:
    /// Bytes of an answer that no socket's buffers hold.
    static constexpr std::size_t much = std::size_t{4} * 1024 * 1024;

private:
    std::filesystem::path const file_;
    topic news_;
    mutable std::mutex lock_;
    std::vector<context> contexts_;
};

} // namespace tidings::test
