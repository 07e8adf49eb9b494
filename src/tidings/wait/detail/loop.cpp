// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/loop.hpp>
#include <tidings/wait/detail/operation.hpp>

#include <boost/asio/post.hpp>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

constexpr auto tick = std::chrono::milliseconds(1);

} // namespace

loop& loop::of(asio::any_io_executor const& executor)
{
    auto& found = asio::use_service<loop>(asio::query(executor, asio::execution::context));
    std::call_once(found.executor_bound_, [&] {
        found.executor_ = executor;
        found.timer_.emplace(executor);
    });
    return found;
}

loop::loop(asio::execution_context& context) : service(context), epoch_(clock::now()) {}

void loop::shutdown()
{
    run_queue left_over;
    {
        std::lock_guard const guard(queue_lock_);
        closed_ = true;
        left_over.append(remote_); // a turn that has ended left nothing elsewhere
    }
    while (run_node* const node = left_over.pop())
        node->drop();
    {
        std::lock_guard const guard(timer_lock_);
        timer_.reset();
        armed_.reset();
        constexpr auto end_of_time = ~std::uint64_t{0};
        while (auto* const entry = wheel_.expire(end_of_time))
            static_cast<timer_entry*>(entry)->drop();
    }
    std::unique_lock guard(suspended_lock_);
    while (operation* const waiting = suspended_) {
        guard.unlock();
        waiting->abandon(); // leaves the list
        guard.lock();
    }
    guard.unlock();
    executor_ = {};
}

time_point loop::now() const noexcept
{
    if (is_virtual_.load(std::memory_order_relaxed))
        return virtual_now_.load(std::memory_order_relaxed);
    return clock::now();
}

// The run queue.

void loop::push(run_node& node)
{
    if (is_draining_here()) {
        local_.push(node);
        return;
    }
    {
        std::lock_guard const guard(queue_lock_);
        if (!closed_) {
            remote_.push(node);
            schedule_drain();
            return;
        }
    }
    node.drop();
}

void loop::schedule_drain()
{
    if (!drain_scheduled_) {
        drain_scheduled_ = true;
        asio::post(executor_, [this] { drain(); });
    }
}

void loop::drain()
{
    // What an exception leaves undone is done in the next turn; the exception goes to whoever runs the loop.
    struct turn
    {
        explicit turn(loop& at) : at(at)
        {
            at.draining_thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
            std::lock_guard const guard(at.queue_lock_);
            batch.append(at.remote_);
        }
        ~turn() { at.finish_drain(batch); }

        loop& at;
        run_queue batch;
    };
    turn now(*this);
    while (run_node* const node = now.batch.pop())
        node->run();
    // What the turn itself has made ready, up to a bound: then it is Asio's turn.
    for (int more = 0; more < further_per_turn; ++more) {
        run_node* const node = local_.pop();
        if (!node)
            break;
        node->run();
    }
}

void loop::finish_drain(run_queue& left_over)
{
    draining_thread_.store({}, std::memory_order_relaxed);
    {
        std::lock_guard const guard(queue_lock_);
        drain_scheduled_ = false;
        left_over.append(local_);
        left_over.append(remote_);
        remote_.append(left_over);
        if (!remote_.is_empty() && !closed_)
            schedule_drain();
    }
    if (must_arm_.load(std::memory_order_relaxed)) {
        std::lock_guard const guard(timer_lock_);
        arm();
    }
}

// Timers.

std::uint64_t loop::tick_at_or_after(time_point when) const noexcept
{
    if (when <= epoch_)
        return 0;
    return static_cast<std::uint64_t>((when - epoch_ - duration(1)) / tick + 1);
}

void loop::add_timer(timer_entry& entry, time_point when)
{
    wheel_.add(entry, tick_at_or_after(when));
    if (is_draining_here())
        must_arm_.store(true, std::memory_order_relaxed); // once, when the turn ends
    else
        arm();
}

void loop::remove_timer(timer_entry& entry)
{
    wheel_.remove(entry);
    // A timer that nobody waits for would keep io_context::run() from returning.
    // The next turn disarms it, unless somebody waits again by then.
    if (wheel_.is_empty() && armed_) {
        must_arm_.store(true, std::memory_order_relaxed);
        if (is_draining_here())
            return;
        std::lock_guard const guard(queue_lock_);
        if (!closed_)
            schedule_drain();
    }
}

void loop::arm()
{
    must_arm_.store(false, std::memory_order_relaxed);
    if (!timer_ || is_virtual_.load(std::memory_order_relaxed))
        return;
    auto const due = wheel_.next_due();
    if (!due) {
        if (armed_)
            timer_->cancel();
        armed_.reset();
        return;
    }
    if (armed_ && *armed_ <= *due)
        return;
    armed_ = *due;
    timer_->expires_at(epoch_ + *due * tick);
    timer_->async_wait([this](boost::system::error_code error) {
        if (error)
            return; // armed anew, or shut down
        std::unique_lock timers(timer_lock_);
        armed_.reset();
        expire_timers(timers);
        arm();
    });
}

void loop::expire_timers(std::unique_lock<small_lock>& timers)
{
    auto const reached = static_cast<std::uint64_t>((now() - epoch_) / tick);
    while (auto* const entry = wheel_.expire(reached))
        static_cast<timer_entry*>(entry)->expire(timers);
}

// Suspended operations.

void loop::add_suspended(operation& waiting) noexcept
{
    std::lock_guard const guard(suspended_lock_);
    waiting.next_suspended_ = suspended_;
    if (suspended_)
        suspended_->previous_suspended_ = &waiting;
    suspended_ = &waiting;
}

void loop::remove_suspended(operation& waiting) noexcept
{
    std::lock_guard const guard(suspended_lock_);
    (waiting.previous_suspended_ ? waiting.previous_suspended_->next_suspended_ : suspended_) =
        waiting.next_suspended_;
    if (waiting.next_suspended_)
        waiting.next_suspended_->previous_suspended_ = waiting.previous_suspended_;
    waiting.previous_suspended_ = waiting.next_suspended_ = nullptr;
}

// Virtual time.

void loop::use_virtual_time(time_point start)
{
    std::lock_guard const guard(timer_lock_);
    epoch_ = start;
    virtual_now_ = start;
    is_virtual_ = true;
}

std::optional<time_point> loop::next_due()
{
    std::lock_guard const guard(timer_lock_);
    if (auto const due = wheel_.next_due())
        return epoch_ + *due * tick;
    return std::nullopt;
}

void loop::advance_virtual_time(time_point to)
{
    std::unique_lock timers(timer_lock_);
    virtual_now_ = std::max(virtual_now_.load(), to);
    expire_timers(timers);
}

} // namespace tidings::detail
