// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/operation.hpp>
#include <tidings/wait/detail/wait_operation.hpp>

#include <boost/asio/async_result.hpp>

#include <cstdint>
#include <tuple>
#include <utility>

namespace tidings::detail {
class progress_case;
}

namespace tidings::internal {

/// A count that only grows, such as the bytes that have left a stream; coroutines wait until it reaches a
/// mark. On one loop only.
class progress
{
public:
    class wait_type;

    explicit progress(context const& ctx) noexcept : home_(internal::access::state(ctx).home()) {}
    progress(progress const&) = delete;
    progress& operator=(progress const&) = delete;

    std::uint64_t reached() const noexcept { return reached_; }
    bool has_ended() const noexcept { return has_ended_; }

    void advance(std::uint64_t by);
    void end();

    [[nodiscard]] wait_type wait_for(std::uint64_t mark) noexcept;

protected:
    ~progress() = default;

private:
    friend class detail::progress_case;

    /// Makes what progress it can: somebody begins to wait.
    virtual void drive() = 0;

    internal::loop& home_;
    std::uint64_t reached_ = 0;
    detail::wait_list waiters_; // their marks need not rise: who sends first may await last
    bool has_ended_ = false;
};

} // namespace tidings::internal

namespace tidings::detail {

struct progress_mark
{
    internal::progress* of;
    std::uint64_t mark;
};

struct progress_node : wait_node
{
    std::uint64_t mark = 0;
};

class progress_case
{
public:
    static constexpr bool meets = false;

    explicit progress_case(progress_mark where) noexcept : of_(where.of) { node_.mark = where.mark; }

    readiness poll(internal::loop&) const noexcept;
    bool link(operation& owner, int index);
    void unlink(operation&);
    bool is_reached() const noexcept { return of_->reached() >= node_.mark; }

private:
    internal::progress* of_;
    progress_node node_;
};

struct progress_shape
{
    using result = bool;
    using until = no_context;
    static constexpr fairness order = fairness::leftmost;
    static constexpr bool deletes_itself = true;
    static bool make(int, std::tuple<progress_case>& only) { return std::get<0>(only).is_reached(); }
};

} // namespace tidings::detail

namespace tidings::internal {

/// Awaited in place, as `co_await stream.send(event)`: true when the mark was reached, false when the
/// progress ended before. Most are reached at once, so it is a mere mark in the frame of the coroutine; the
/// state of a wait is allocated for one that has to wait, or may not go on inside the present turn.
class [[nodiscard]] progress::wait_type
{
    struct initiation
    {
        wait_type const* self;
        template <typename Handler>
        void operator()(Handler&& handler) const
        {
            self->start(std::forward<Handler>(handler));
        }
    };

public:
    template <typename Token>
    auto operator()(Token&& token) && -> decltype(boost::asio::async_initiate<Token, void(bool)>(
        std::declval<initiation>(), token))
    {
        return boost::asio::async_initiate<Token, void(bool)>(initiation{this}, token);
    }

private:
    friend class progress;
    wait_type(progress& of, std::uint64_t mark) noexcept : of_(&of), mark_(mark) {}

    template <typename Handler>
    void start(Handler&& handler) const
    {
        of_->drive();
        bool const is_over = of_->reached() >= mark_ || of_->has_ended();
        if (is_over && of_->home_.may_run_inline()) {
            auto const deeper = of_->home_.go_deeper();
            return std::forward<Handler>(handler)(of_->reached() >= mark_);
        }
        detail::wait_operation<detail::progress_shape, detail::progress_case>::start_on_heap(
            std::forward<Handler>(handler), &of_->home_, detail::progress_mark{of_, mark_});
    }

    progress* of_;
    std::uint64_t mark_;
};

inline progress::wait_type progress::wait_for(std::uint64_t mark) noexcept
{
    return {*this, mark};
}

} // namespace tidings::internal
