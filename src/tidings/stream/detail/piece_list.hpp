// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/container/static_vector.hpp>

#include <cstddef>

namespace tidings::detail {

/// The most pieces of one origin, outbox or topic, in one gathered write; the kernel takes 1024 in all.
inline constexpr std::size_t gather_limit = 64;

/// The pieces of one gathered write. Not an array: that one would clear all its places for each delivery of a
/// single piece.
using piece_list = boost::container::static_vector<boost::asio::const_buffer, 2 * gather_limit>;

} // namespace tidings::detail
