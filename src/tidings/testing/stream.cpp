// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/stream.hpp>
#include <tidings/wait/internal/tasks.hpp>

#include <utility>

namespace tidings::testing {

struct detail::lone_handler::inside
{
    request asked;
    stream_handler call;
    std::optional<context> ctx{};
    std::exception_ptr failure{};
    std::optional<cut_reason> cut{};

    static boost::asio::awaitable<void> run(std::shared_ptr<inside> seen, context ctx, request& asked,
                                            event_stream& out)
    {
        seen->ctx = ctx;
        asked = std::move(seen->asked); // also with what was not sent, such as parameters
        try {
            co_await seen->call(ctx, asked, out);
        } catch (...) {
            // An Asio operation that was canceled with the context is the normal way to finish.
            if (!ctx.is_done() || !internal::is_aborted_operation(std::current_exception()))
                seen->failure = std::current_exception();
            throw;
        }
    }

    static server_options watched(server_options options, std::shared_ptr<inside> const& seen)
    {
        options.on_stream_end = [seen, given = std::move(options.on_stream_end)](stream_end const& over) {
            seen->cut = over.cut;
            if (given)
                given(over);
        };
        return options;
    }
};

detail::lone_handler::lone_handler(virtual_time& time, handler answer, request asked, server_options options)
    : inside_(std::make_shared<inside>(std::move(asked), std::move(answer.call))),
      served_(time.loop(), inside::watched(std::move(options), inside_))
{
    answer.call = [seen = inside_](context ctx, request& got, event_stream& out) {
        return inside::run(seen, std::move(ctx), got, out);
    };
    bool const is_head = answer.is_stream && inside_->asked.method() == "HEAD";
    for (std::string_view const pattern : {"/", "/{path...}"})
        served_.route(is_head ? "GET" : inside_->asked.method(), pattern, answer);
}

stream::stream(virtual_time& time, handler answer, request asked)
    : stream(time, std::move(answer), std::move(asked), server_options{})
{}

stream::stream(virtual_time& time, handler answer, request asked, server_options options)
    : lone_handler(time, std::move(answer), std::move(asked), std::move(options)),
      memory_client(app(served_, time).send(inside_->asked))
{}

void stream::stop_server()
{
    served_.stop();
    time_.run_until_idle();
}

bool stream::is_over() const noexcept
{
    return memory_client::is_over() && served_.stats().handlers == 0;
}

end_reason stream::reason() const noexcept
{
    return inside_->ctx ? inside_->ctx->reason() : end_reason::none;
}

std::exception_ptr stream::failure() const noexcept
{
    return inside_->failure || !inside_->ctx ? inside_->failure : inside_->ctx->cause();
}

std::optional<cut_reason> stream::why_cut() const noexcept
{
    return inside_->cut;
}

bool stream::is_abandoned() const noexcept
{
    return served_.stats().handlers_abandoned != 0;
}

} // namespace tidings::testing
