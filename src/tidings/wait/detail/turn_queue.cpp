// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/loop_timers.hpp>
#include <tidings/wait/detail/turn_queue.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

void turn_queue::push(run_node& node)
{
    if (is_in_turn()) {
        ready_.push(node);
        return;
    }
    {
        std::lock_guard const guard(lock_);
        if (!closed_) {
            next_.push(node);
            post_turn();
            return;
        }
    }
    node.drop();
}

void turn_queue::close() noexcept
{
    run_queue left_over;
    {
        std::lock_guard const guard(lock_);
        closed_ = true;
        left_over.append(next_);
    }
    while (run_node* const node = left_over.pop())
        node->drop();
}

void turn_queue::request_turn()
{
    std::lock_guard const guard(lock_);
    post_turn();
}

bool turn_queue::claim_turn()
{
    std::lock_guard const guard(lock_);
    return !std::exchange(is_turn_due_, true);
}

void turn_queue::post_turn()
{
    if (closed_ || std::exchange(is_turn_due_, true))
        return;
    asio::post(executor_, [this] { run_posted_turn(); });
}

void turn_queue::run_posted_turn()
{
    if (is_for_one_thread_ && is_in_use_elsewhere()) {
        // Nothing is lost: the thread that is at work finds it.
        asio::post(executor_, [this] { run_posted_turn(); });
        refuse_thread();
    }
    turn const now(*this);
    run_ready();
}

bool turn_queue::is_in_use_elsewhere() const noexcept
{
    auto const is_another = [](std::thread::id id) {
        return id != std::thread::id() && id != std::this_thread::get_id();
    };
    return is_another(turn_thread_.load(std::memory_order_relaxed)) ||
           is_another(visitor_.load(std::memory_order_relaxed));
}

void turn_queue::refuse_thread()
{
    throw std::logic_error(
        "tidings: two threads run the io_context of a server at once, and its streams belong to one thread. "
        "Run that io_context on one thread, or give the server loops of its own (server_options::loops and "
        "run()) beside the application's threads, and send what it is to tell through a channel or a topic");
}

turn_queue::turn::turn(turn_queue& at) : at_(at)
{
    at_.turn_thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    at_.time_of_turn_ = at_.timers_.now();
    std::lock_guard const guard(at_.lock_);
    at_.ready_.append(at_.next_);
}

turn_queue::turn::~turn()
{
    at_.timers_.note_delay(at_.timers_.now() - at_.time_of_turn_);
    at_.turn_thread_.store({}, std::memory_order_relaxed);
    {
        std::lock_guard const guard(at_.lock_);
        at_.is_turn_due_ = false;
        at_.ready_.append(at_.next_);
        at_.next_.append(at_.ready_);
        if (!at_.next_.is_empty())
            at_.post_turn();
    }
    at_.timers_.turn_has_ended();
}

void turn_queue::run_ready()
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

} // namespace tidings::detail
