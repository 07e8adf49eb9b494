// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/detail/ready_queue.hpp>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

void ready_queue::push(internal::run_node& node)
{
    if (is_in_turn()) {
        ready_.push(node);
        return;
    }
    {
        std::lock_guard const guard(lock_);
        if (!closed_) {
            next_.push(node);
            post_turn_once();
            return;
        }
    }
    node.drop();
}

void ready_queue::close() noexcept
{
    internal::run_queue left_over;
    {
        std::lock_guard const guard(lock_);
        closed_ = true;
        left_over.append(next_);
    }
    while (internal::run_node* const node = left_over.pop())
        node->drop();
}

void ready_queue::request_turn()
{
    std::lock_guard const guard(lock_);
    post_turn_once();
}

bool ready_queue::claim_turn()
{
    std::lock_guard const guard(lock_);
    return !std::exchange(is_turn_due_, true);
}

void ready_queue::post_turn_once()
{
    if (!closed_ && !std::exchange(is_turn_due_, true))
        post_turn();
}

void ready_queue::begin_turn()
{
    turn_thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    std::lock_guard const guard(lock_);
    ready_.append(next_);
}

void ready_queue::end_turn()
{
    turn_thread_.store({}, std::memory_order_relaxed);
    std::lock_guard const guard(lock_);
    is_turn_due_ = false;
    ready_.append(next_);
    next_.append(ready_);
    if (!next_.is_empty())
        post_turn_once();
}

void ready_queue::run_ready()
{
    // All that was ready when the turn began, and what the turn itself makes ready, up to as much again: then
    // it is Asio's turn.
    std::size_t const bound = ready_.size() + std::max(ready_.size(), further_per_turn);
    for (std::size_t ran = 0; ran < bound; ++ran) {
        internal::run_node* const node = ready_.pop();
        if (!node)
            break;
        node->run();
    }
}

bool ready_queue::is_in_use_elsewhere() const noexcept
{
    auto const is_another = [](std::thread::id id) {
        return id != std::thread::id() && id != std::this_thread::get_id();
    };
    return is_another(turn_thread_.load(std::memory_order_relaxed)) ||
           is_another(visitor_.load(std::memory_order_relaxed));
}

void ready_queue::refuse_thread()
{
    throw std::logic_error(
        "tidings: two threads run the io_context of a server at once, and its streams belong to one thread. "
        "Run that io_context on one thread, or give the server its own loops (server_options::loops and "
        "run()) alongside the application's threads, and pass events to it through a channel or a topic");
}

} // namespace tidings::detail
