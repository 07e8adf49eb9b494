// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace tidings::internal {

enum class route_outcome
{
    found,
    not_found,
    method_not_allowed, // the path has routes, for other methods: 405 with the Allow list
    options,            // OPTIONS, and no route of its own for it: 204 with the Allow list
};

} // namespace tidings::internal
