// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/describe_exception.hpp>
#include <tidings/server/detail/exchange.hpp>
#include <tidings/server/detail/send_response.hpp>
#include <tidings/wait/spawn.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// Browsers open at most six HTTP/1.1 connections to one server: the seventh tab waits for ever, and silently.
constexpr std::size_t many_streams_of_one_address = 5;

asio::awaitable<void> answer_gone_for_good(context, request const&, event_stream& out)
{
    co_await out.respond(response(204));
}

asio::awaitable<void> answer_too_many(context, request const&, event_stream& out)
{
    response answer =
        response::text("too many streams of this address\n", 429).with_header("Retry-After", "5");
    co_await out.respond(std::move(answer));
}

stream_handler const gone_for_good = answer_gone_for_good;
stream_handler const too_many = answer_too_many;

} // namespace

exchange::exchange(loop_state& home, connection& over, context_scope root, request asked)
    : loop_timer(root), home_(home), over_(over), asked_(std::move(asked)), root_(std::move(root)),
      out_(root_, over, home.shared->writing, asked_.last_event_id())
{}

exchange::~exchange()
{
    if (is_stream_)
        --home_.shared->counts.streams;
}

void exchange::start(std::shared_ptr<connection> owner)
{
    ++home_.shared->counts.requests;
    ++home_.shared->counts.handlers;
    stream_handler const* const handler = find_handler();
    is_running_ = true;
    is_answering_ = true;
    asio::co_spawn(home_.io.get_executor(), run(owner, *handler),
                   asio::bind_cancellation_slot(backstop_.slot(), [owner, this](std::exception_ptr failure) {
                       if (failure)
                           home_.shared->log(log_level::error, describe(failure));
                       is_answering_ = false;
                       owner->exchange_ended(!failure && may_reuse_);
                   }));
}

stream_handler const* exchange::find_handler()
{
    shared_state& shared = *home_.shared;
    auto const match = shared.paths.find(asked_.method(), asked_.path());
    if (!match.value())
        return &shared.not_routed;
    route const* const found = &shared.routes[*match.value()];
    for (auto const& [name, value] : match.params())
        asked_.add_param(name, value);
    if (!found->is_stream)
        return &found->call;
    if (auto const& id = out_.last_event_id(); id && event_stream::is_finished_id(*id))
        return &gone_for_good;
    if (asked_.method() == "HEAD")
        return &found->head;
    place_ = shared.streams_by_address.add(asked_.remote_address());
    std::size_t const limit = shared.options.streams_per_address;
    if (limit != 0 && place_.count() > limit) {
        ++shared.counts.refused;
        place_ = {};
        return &too_many;
    }
    open_stream();
    return &found->call;
}

void exchange::open_stream()
{
    shared_state& shared = *home_.shared;
    is_stream_ = true;
    out_.start_keep_alive();
    ++shared.counts.streams;
    ++shared.counts.streams_opened;
    if (place_.count() == many_streams_of_one_address && !asked_.remote_address().empty())
        shared.log(
            log_level::warning,
            fmt::format("{} holds its fifth stream over HTTP/1.1; a browser stops at six connections and its "
                        "next tab would wait silently: carry several topics in one stream, or put a proxy "
                        "that speaks HTTP/2 in front",
                        asked_.remote_address()));
    if (auto const age = shared.options.maximum_age; age > duration::zero()) {
        auto const tenth = static_cast<std::uint64_t>((age / 10).count()) + 1;
        set(now() + age - duration(static_cast<duration::rep>(home_.random() % tenth)));
    }
}

// The end of the context

void exchange::end(end_reason why)
{
    if (root_.is_done())
        return;
    root_.cancel(why);
    if (is_running_)
        set(now() + home_.shared->options.grace / 2);
}

void exchange::on_time()
{
    if (!root_.is_done()) // the stream has reached its maximum age
        return is_running_ ? end(end_reason::deadline_exceeded) : over_.stop(std::nullopt);
    if (!is_running_)
        return;
    signal_handler();
    if (!std::exchange(is_signalled_, true))
        return set(now() + home_.shared->options.grace / 2);
    if (!std::exchange(is_abandoned_, true))
        abandon_handler();
    set(now() + std::max(home_.shared->options.grace, duration(std::chrono::milliseconds(100))));
}

void exchange::signal_handler()
{
    backstop_.emit(asio::cancellation_type::terminal);
    cancel_tasks(root_);
}

void exchange::abandon_handler()
{
    ++home_.shared->counts.handlers_abandoned;
    home_.shared->log(
        log_level::error,
        fmt::format("the handler of {} {} has not returned within the grace period after its context "
                    "ended ({}), nor on terminal cancellation; its connection is closed. Wait through "
                    "the context, or use run_blocking for work that blocks",
                    asked_.method(), asked_.path(), to_string(root_.reason())));
    place_ = {};
    if (std::exchange(is_stream_, false))
        --home_.shared->counts.streams;
    over_.close_now();
}

// The handler

asio::awaitable<void> exchange::run([[maybe_unused]] std::shared_ptr<connection> owner,
                                    stream_handler const& handler)
{
    // After a terminal cancellation each further wait would throw at once, and a retry loop never leave the
    // thread.
    co_await asio::this_coro::throw_if_cancelled(false);
    context const ctx = root_;
    std::exception_ptr failure;
    try {
        co_await handler(ctx, asked_, out_);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure)
        failure = ctx.cause();
    if (has_tasks(ctx)) {
        end(end_reason::handler_returned);
        co_await join_tasks(ctx);
        if (!failure)
            failure = ctx.cause();
    }
    is_running_ = false;
    if (root_.is_done())
        clear();
    --home_.shared->counts.handlers;
    if (failure)
        co_await answer_failure(failure);
    else
        co_await answer();
    if (!is_attached())
        root_.cancel(end_reason::handler_returned);
}

asio::awaitable<void> exchange::answer()
{
    if (out_.out().is_lost())
        co_return;
    bool const is_head = asked_.method() == "HEAD";
    switch (out_.get_state()) {
    case event_stream::state::responded: {
        response answer = *out_.take_response();
        co_await send_response(std::move(answer));
        break;
    }
    case event_stream::state::fresh:
        if (!root_.is_done())
            home_.shared->log(
                log_level::warning,
                fmt::format("the handler of {} {} returned without sending anything: the client gets an "
                            "empty stream, and comes back",
                            asked_.method(), asked_.path()));
        co_await out_.open();
        [[fallthrough]];
    case event_stream::state::streaming:
        if (is_head)
            may_reuse_ = asked_.keep_alive();
        else
            out_.end_body();
        co_await out_.out().written();
        break;
    case event_stream::state::finished:
        co_await out_.out().written();
        break;
    case event_stream::state::attached:
        break;
    }
}

asio::awaitable<void> exchange::answer_failure(std::exception_ptr failure)
{
    shared_state& shared = *home_.shared;
    if (root_.is_done() && is_aborted_operation(failure))
        co_return; // an Asio operation that was cancelled with the context: the normal way to finish
    ++shared.counts.handlers_failed;
    shared.log(log_level::error, fmt::format("the handler of {} {} failed: {}", asked_.method(),
                                             asked_.path(), describe(failure)));
    if (out_.out().is_lost() || is_attached())
        co_return;
    auto const state = out_.get_state();
    if (state == event_stream::state::fresh || state == event_stream::state::responded) {
        response answer = response::text("internal server error\n", 500);
        co_await send_response(std::move(answer));
        co_return;
    }
    if (state == event_stream::state::streaming && shared.options.on_handler_error) {
        std::optional<event_text> last;
        try {
            last = shared.options.on_handler_error(failure, asked_);
        } catch (...) {
            shared.log(log_level::error,
                       fmt::format("on_handler_error failed: {}", describe(std::current_exception())));
        }
        if (last)
            co_await out_.send(*last);
    }
    co_await out_.out().written();
    over_.cut(cut_reason::handler_failed);
}

asio::awaitable<void> exchange::send_response(response answer)
{
    bool const sent = co_await detail::send_response(out_.out(), root_.get_executor(), answer,
                                                     over_.params(asked_), asked_.method() == "HEAD");
    may_reuse_ = sent && asked_.keep_alive();
}

} // namespace tidings::detail
