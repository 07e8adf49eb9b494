// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>

namespace tidings::internal {

/// The loop on which the waits and tasks of a context run.
inline loop& home_of(context const& ctx) noexcept
{
    return access::state(ctx).home();
}

} // namespace tidings::internal
