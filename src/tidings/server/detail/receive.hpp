// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/server/detail/incoming.hpp>
#include <tidings/server/detail/shared_state.hpp>

namespace tidings::detail {

/// Decides upon the head of a request: asks the checks in their order, then the routes, whose parameters the
/// request gets, and counts a body that is too large. A check that throws is logged and answered with 500.
reception receive(shared_state& shared, request& head, bool is_body_too_large);

} // namespace tidings::detail
