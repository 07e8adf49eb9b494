// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/background.hpp>
#include <tidings/server/detail/loop_state.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace tidings::detail {

/// Empties one loop: streams are ended one after the other, at most one each millisecond and loop, each with
/// a `retry:` of its own, so that their clients do not come back all at once; requests that are being
/// answered get half of the drain time. Comes back when no connection is left, and within the drain time in
/// any case. `work` is what belongs to no client, or null: told to end at the beginning, and waited for last.
boost::asio::awaitable<void> drain(std::shared_ptr<loop_state> loop, std::shared_ptr<background> work);

} // namespace tidings::detail
