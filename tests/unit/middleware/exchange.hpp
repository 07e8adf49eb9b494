// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/stream/internal/event_writer.hpp>
#include <tidings/wait/ticker.hpp>

#include "support/scripted_transport.hpp"
#include "support/virtual_loop.hpp"

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace tidings::test {

/// A transport that keeps the headers apart from what is sent.
struct kept_bytes final : scripted_transport
{
    std::string stream_head(int, headers const& fields) override
    {
        head = fields;
        return {};
    }

    headers head;
};

/// A request, and what became of it behind some middleware: in memory and in virtual time.
class exchange
{
public:
    /// Starts the handler at once.
    exchange(middleware const& around, handler inner, request asked)
        : asked_(std::move(asked)), handler_(around(std::move(inner.call)))
    {
        loop_.start_coroutine(run(handler_, loop_.root, asked_, out_, failure_));
        loop_.settle();
    }

    void advance(duration by) { loop_.advance(by); }
    void end(end_reason why)
    {
        loop_.root.cancel(why);
        loop_.settle();
    }

    int status() const { return out_.status(); }
    bool is_plain() const
    {
        return internal::access::core(out_).get_state() == internal::stream_core::state::responded;
    }
    bool is_over() const { return loop_.finished == 1; }
    std::exception_ptr failure() const { return failure_; }

    /// A header of the plain answer, or else of the stream: all its values, each in a line.
    std::string header(std::string_view name)
    {
        if (!answer_ && is_plain())
            answer_ = internal::access::core(out_).take_response();
        std::string all;
        for (auto const& [each, value] : answer_ ? answer_->fields() : over_.head)
            if (each == name)
                all += all.empty() ? value : "\n" + value;
        return all;
    }

    /// All that the stream has sent.
    std::string const& sent() const { return over_.taken; }

private:
    static boost::asio::awaitable<void> run(stream_handler const& handler, context ctx, request& asked,
                                            event_stream& out, std::exception_ptr& failure)
    {
        try {
            co_await handler(std::move(ctx), asked, out);
        } catch (...) {
            failure = std::current_exception();
        }
    }

    virtual_loop loop_;
    kept_bytes over_;
    internal::writer_options const options_;
    request asked_;
    stream_handler handler_;
    std::exception_ptr failure_;
    internal::event_writer body_{loop_.root, over_, options_};
    event_stream out_{loop_.root, body_, asked_};
    std::optional<response> answer_;
};

/// A plain handler to be guarded.
inline boost::asio::awaitable<response> say_hello(context, request const&)
{
    co_return response::text("hello\n");
}

/// A stream to be guarded: one event each second.
inline boost::asio::awaitable<void> tick(context ctx, request const&, event_stream& out)
{
    ticker every_second(std::chrono::seconds(1));
    while (co_await every_second.tick(ctx))
        co_await out.send({.data = "tick"});
}

} // namespace tidings::test
