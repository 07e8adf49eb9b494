// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/loop.hpp>
#include <tidings/wait/detail/operation.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

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
        left_over.append(next_);
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
    // Each leaves its list. Others may wait for a source on another thread meanwhile.
    while (operation* const waiting = first_suspended())
        waiting->abandon();
    if (!executor_.target<asio::io_context::executor_type>())
        executor_ = {}; // a strand's service may go before this one
}

time_point loop::now() const noexcept
{
    if (is_virtual_.load(std::memory_order_relaxed))
        return virtual_now_.load(std::memory_order_relaxed);
    return clock::now();
}

time_point loop::turn_time() noexcept
{
    if (!is_in_turn() || is_virtual_.load(std::memory_order_relaxed))
        return now();
    if (!turn_time_)
        turn_time_ = clock::now();
    return *turn_time_;
}

// The run queue.

void loop::push(run_node& node)
{
    if (is_in_turn()) {
        ready_.push(node);
        return;
    }
    {
        std::lock_guard const guard(queue_lock_);
        if (!closed_) {
            next_.push(node);
            schedule_turn();
            return;
        }
    }
    node.drop();
}

/// A turn while it lives. What an exception leaves undone is done in the next one; the exception goes to
/// whoever runs the loop.
class loop::turn
{
public:
    explicit turn(loop& at) : at_(at)
    {
        at_.turn_thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
        at_.turn_time_.reset();
        std::lock_guard const guard(at_.queue_lock_);
        at_.ready_.append(at_.next_);
    }
    ~turn()
    {
        at_.turn_thread_.store({}, std::memory_order_relaxed);
        {
            std::lock_guard const guard(at_.queue_lock_);
            at_.is_turn_due_ = false;
            at_.ready_.append(at_.next_);
            at_.next_.append(at_.ready_);
            if (!at_.next_.is_empty())
                at_.schedule_turn();
        }
        if (at_.must_arm_.load(std::memory_order_relaxed)) {
            std::lock_guard const guard(at_.timer_lock_);
            at_.arm();
        }
    }
    turn(turn const&) = delete;
    turn& operator=(turn const&) = delete;

private:
    loop& at_;
};

void loop::schedule_turn()
{
    if (closed_ || std::exchange(is_turn_due_, true))
        return;
    asio::post(executor_, [this] {
        turn const now(*this);
        run_ready();
    });
}

/// True when the caller is to have the turn at once: none is posted, and none under way on another thread.
bool loop::claim_turn()
{
    std::lock_guard const guard(queue_lock_);
    return !std::exchange(is_turn_due_, true);
}

void loop::run_in_turn(run_node& node)
{
    if (!claim_turn())
        return node.run();
    turn const now(*this);
    auto const begun = turn_time();
    node.run();
    run_ready();
    note_delay(this->now() - begun);
}

void loop::note_delay(duration of_others)
{
    std::lock_guard const guard(timer_lock_);
    delay_ = std::max(delay_, of_others);
}

void loop::run_ready()
{
    // All that was ready when the turn began, and what the turn itself makes ready, up to as much again: then
    // it is Asio's turn.
    std::size_t const bound = ready_.size() + std::max(ready_.size(), further_per_turn);
    for (std::size_t ran = 0; ran < bound; ++ran) {
        run_node* const node = ready_.pop();
        if (!node)
            break;
        node->run();
    }
}

// Timers.

std::uint64_t loop::tick_at_or_after(time_point when) const noexcept
{
    if (when <= epoch_)
        return 0;
    return static_cast<std::uint64_t>((when - epoch_ - duration(1)) / tick + 1);
}

time_point loop::instant_of(std::uint64_t reached) const noexcept
{
    return epoch_ + static_cast<duration::rep>(reached) * tick;
}

void loop::add_timer(timer_entry& entry, time_point when)
{
    wheel_.add(entry, tick_at_or_after(when));
    if (is_in_turn())
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
        if (is_in_turn())
            return;
        std::lock_guard const guard(queue_lock_);
        schedule_turn();
    }
}

duration loop::take_delay() noexcept
{
    std::lock_guard const guard(timer_lock_);
    return std::exchange(delay_, duration::zero());
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
    timer_->expires_at(instant_of(*due));
    timer_->async_wait([this](boost::system::error_code error) {
        if (!error) // otherwise armed anew, or shut down
            timer_fired();
    });
}

void loop::timer_fired()
{
    // In a turn of their own: then what they wake needs no posted one, and one arming is enough for all.
    std::optional<turn> own;
    if (claim_turn())
        own.emplace(*this);
    auto since = turn_time();
    {
        std::unique_lock timers(timer_lock_);
        since = armed_ ? instant_of(*armed_) : since;
        armed_.reset();
        must_arm_.store(true, std::memory_order_relaxed);
        expire_timers(timers);
        if (!own)
            arm();
    }
    if (own)
        run_ready();
    note_delay(now() - since);
}

void loop::expire_timers(std::unique_lock<small_lock>& timers)
{
    auto const reached = static_cast<std::uint64_t>((turn_time() - epoch_) / tick);
    while (auto* const entry = wheel_.expire(reached))
        static_cast<timer_entry*>(entry)->expire(timers);
}

// Suspended operations.

void loop::add_suspended(operation& waiting) noexcept
{
    if (waiting.runs_in_turns_ && is_in_turn()) {
        waiting.suspended_ = operation::suspended::within_turns;
        suspended_in_turns_.push_back(waiting);
        return;
    }
    std::lock_guard const guard(suspended_lock_);
    waiting.suspended_ = operation::suspended::anywhere;
    suspended_.push_back(waiting);
}

void loop::remove_suspended(operation& waiting) noexcept
{
    suspended_link& place = waiting;
    auto const where = std::exchange(waiting.suspended_, operation::suspended::no);
    if (where == operation::suspended::within_turns)
        return place.unlink();
    std::lock_guard const guard(suspended_lock_);
    place.unlink();
}

operation* loop::first_suspended() noexcept
{
    std::lock_guard const guard(suspended_lock_);
    for (link_list* const list : {&suspended_in_turns_, &suspended_})
        if (!list->is_empty())
            return &static_cast<operation&>(static_cast<suspended_link&>(list->front()));
    return nullptr;
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
        return instant_of(*due);
    return std::nullopt;
}

void loop::advance_virtual_time(time_point to)
{
    std::unique_lock timers(timer_lock_);
    virtual_now_ = std::max(virtual_now_.load(), to);
    expire_timers(timers);
}

} // namespace tidings::detail
