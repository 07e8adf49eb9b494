// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/wait_operation.hpp>
#include <tidings/wait/detail/wait_result.hpp>

namespace tidings::detail {

/// Is always ready.
class ready_case
{
public:
    struct source
    {
        internal::loop* of;

        internal::loop& home() const noexcept { return *of; }
        bool begin() const noexcept { return true; }
        bool is_reached() const noexcept { return true; }
    };
    static constexpr bool meets = false;

    explicit ready_case(source) noexcept {}
    readiness poll(internal::loop&) const noexcept { return readiness::ready; }
    bool link(operation&, int) const noexcept { return true; }
    void unlink(operation&) const noexcept {}
};

struct ready_shape : won_shape
{
    using until = no_context;
    static constexpr bool deletes_itself = true;
};

} // namespace tidings::detail

namespace tidings::internal {

/// Goes on at once, or, like any wait that is ready, after others have had their turn, when the turn of the
/// loop has gone deep enough. Every coroutine of this library that may come back without a wait awaits this
/// first, so that a loop around it takes the thread from nobody. What comes back says nothing. It counts as a
/// wait through `ctx`.
inline auto give_way(context const& ctx)
{
    auto& state = access::state(ctx);
    state.check_wait();
    return detail::light_wait<detail::ready_shape, detail::ready_case>({&state.home()});
}

} // namespace tidings::internal
