// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/case_result.hpp>
#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/wait_operation.hpp>

#include <boost/asio/async_result.hpp>

#include <tuple>
#include <utility>

namespace tidings::detail {

/// Is always ready.
class ready_case
{
public:
    static constexpr bool meets = false;

    readiness poll(internal::loop&) const noexcept { return readiness::ready; }
    bool link(operation&, int) const noexcept { return true; }
    void unlink(operation&) const noexcept {}
};

struct ready_shape : won_shape
{
    using until = no_context;
    static constexpr bool deletes_itself = true;
};

/// See `give_way`. A mere mark in the frame of the coroutine, as `progress::wait_type`.
class [[nodiscard]] give_way_type
{
    struct initiation
    {
        internal::loop* home;
        template <typename Handler>
        void operator()(Handler&& handler) const
        {
            if (home->may_run_inline()) {
                auto const deeper = home->go_deeper();
                return std::forward<Handler>(handler)(true);
            }
            wait_operation<ready_shape, ready_case>::start_on_heap(std::forward<Handler>(handler), home,
                                                                   ready_case());
        }
    };

public:
    explicit give_way_type(internal::loop& home) noexcept : home_(&home) {}

    template <typename Token>
    auto operator()(Token&& token) && -> decltype(boost::asio::async_initiate<Token, void(bool)>(
        std::declval<initiation>(), token))
    {
        return boost::asio::async_initiate<Token, void(bool)>(initiation{home_}, token);
    }

private:
    internal::loop* home_;
};

} // namespace tidings::detail

namespace tidings::internal {

/// Goes on at once, or, like any wait that is ready, after others have had their turn, when the turn of the
/// loop has gone deep enough. Every coroutine of this library that may come back without a wait awaits this
/// first, so that a loop around it takes the thread from nobody. What comes back says nothing. It counts as a
/// wait through `ctx`.
inline detail::give_way_type give_way(context const& ctx)
{
    internal::access::state(ctx).check_wait();
    return detail::give_way_type(internal::access::state(ctx).home());
}

} // namespace tidings::internal
