// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/internal/handler_run.hpp>
#include <tidings/wait/internal/tasks.hpp>
#include <tidings/wait/spawn.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace tidings {

asio::awaitable<void> detail::respond_with(asio::awaitable<response> answering, event_stream& out)
{
    response answer = co_await std::move(answering);
    co_await out.respond(std::move(answer));
}

namespace internal {

namespace {

// Between two cancellations of a handler that has been abandoned; a short grace must not make the loop busy.
constexpr duration shortest_repeat = std::chrono::milliseconds(100);

} // namespace

handler_run::handler_run(context_scope root, event_writer& out, duration grace, request asked)
    : loop_timer(home_of(root)), grace_(grace), asked_(std::move(asked)), root_(std::move(root)),
      out_(root_, out, asked_)
{
    set_failure_alarm(root_, this);
}

handler_run::~handler_run()
{
    set_failure_alarm(root_, nullptr);
}

/// Called when the coroutine has ended. A class, and not a lambda bound to a slot: Asio then needs no second
/// executor and no shared signal for it, 160 bytes for each handler.
class handler_run::at_end
{
public:
    using cancellation_slot_type = asio::cancellation_slot;

    at_end(boost::intrusive_ptr<counted> owner, handler_run& run) noexcept
        : owner_(std::move(owner)), run_(&run)
    {}

    cancellation_slot_type get_cancellation_slot() const noexcept { return run_->backstop_.slot(); }

    void operator()(std::exception_ptr const& failure) const
    {
        run_->is_answering_ = false;
        if (failure)
            run_->handler_failed(failure);
        run_->ended(!failure && run_->is_whole_);
    }

private:
    boost::intrusive_ptr<counted> owner_;
    handler_run* run_;
};

void handler_run::start(boost::intrusive_ptr<counted> owner, stream_handler const& handler)
{
    is_running_ = true;
    is_answering_ = true;
    asio::co_spawn(root_.get_executor(), run(handler), at_end(std::move(owner), *this));
}

void handler_run::end(end_reason why)
{
    root_.cancel(why);
    if (is_running_ && !has_grace_begun_)
        begin_grace();
}

void handler_run::begin_grace()
{
    has_grace_begun_ = true;
    if (grace_ > duration::zero())
        set(later(now(), grace_ / 2));
}

void handler_run::on_time()
{
    if (!is_running_)
        return;
    if (!has_grace_begun_) // a task has ended the context
        return begin_grace();
    backstop_.emit(asio::cancellation_type::terminal);
    cancel_tasks(root_);
    if (!std::exchange(is_signalled_, true))
        return set(later(now(), grace_ / 2));
    set(later(now(), std::max(grace_, shortest_repeat)));
    if (!std::exchange(is_abandoned_, true))
        handler_abandoned();
}

// What is needed only at the end is in coroutines of its own: this one's frame is there as long as the
// handler.
asio::awaitable<void> handler_run::run(stream_handler const& handler)
{
    // After a terminal cancellation each further wait would throw at once, and a retry loop never leave the
    // thread.
    co_await asio::this_coro::throw_if_cancelled(false);
    std::exception_ptr failure;
    try {
        co_await handler(root_, asked_, out_);
    } catch (...) {
        failure = std::current_exception();
    }
    if (has_tasks(root_))
        co_await join_all();
    // The handler's own exception comes first, unless it only says that the context has ended.
    if (auto cause = root_.cause(); cause && (!failure || is_aborted_operation(failure)))
        failure = std::move(cause);
    co_await answer(std::move(failure));
    root_.cancel(end_reason::handler_returned);
}

asio::awaitable<void> handler_run::join_all()
{
    while (has_tasks(root_)) { // the backstop also ends the wait for them
        end(end_reason::handler_returned);
        co_await join_tasks(root_);
    }
}

asio::awaitable<void> handler_run::answer(std::exception_ptr failure)
{
    is_running_ = false;
    clear();
    handler_returned();
    if (out().has_sent_type_alone())
        handler_sent_type_alone();
    // An Asio operation that was canceled with the context: the normal way to finish.
    bool const was_canceled = failure && root_.is_done() && is_aborted_operation(failure);
    if (failure && !was_canceled)
        handler_failed(failure);
    if (out().out().is_lost())
        co_return;

    auto state = out().get_state();
    if (was_canceled && state == stream_core::state::fresh)
        co_return;
    if (failure && !was_canceled && state != stream_core::state::attached) {
        if (out_.is_head_sent() && state != stream_core::state::responded) {
            co_await cut_after(std::move(failure));
            co_return;
        }
        out().respond_to_failure();
        state = stream_core::state::responded;
    }
    switch (state) {
    case stream_core::state::responded: {
        response given = out().take_response();
        is_whole_ = co_await send_response(given);
        out().note_status(given.status());
        break;
    }
    case stream_core::state::fresh:
        if (!root_.is_done())
            handler_sent_nothing();
        co_await out_.open();
        [[fallthrough]];
    case stream_core::state::streaming:
        out().out().end_body();
        [[fallthrough]];
    case stream_core::state::finished:
        is_whole_ = co_await out().out().written();
        break;
    case stream_core::state::attached:
        break;
    }
}

asio::awaitable<void> handler_run::cut_after(std::exception_ptr failure)
{
    if (out().get_state() == stream_core::state::streaming)
        if (auto const last = last_words(failure))
            co_await out_.send(*last);
    co_await out().out().written();
    out().out().cut(cut_reason::handler_failed);
}

} // namespace internal
} // namespace tidings
