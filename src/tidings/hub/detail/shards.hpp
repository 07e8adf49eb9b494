// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_store.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

// How topics are spread over several stores (rendezvous hashing): of all stores the one with the greatest
// weight for a topic's name has it. So a list that becomes longer or shorter moves the topics of the stores
// that come or go, no others, and its order means nothing. A weight follows from what stands in an id, so who
// comes back with one can be told whether its topic has moved, without a table. Nothing of this may ever
// change: all nodes of a hub have to agree.

inline constexpr std::size_t max_shards = 8;

/// What stands for a store in ids, made of its identity.
std::string store_mark(std::string_view identity);

/// What stands for a list of stores in ids, whatever their order.
std::string list_mark(std::vector<std::string> store_marks);

std::uint64_t weight(std::string_view topic, std::string_view store_mark) noexcept;

/// One of the stores of a pattern of topics.
struct shard
{
    std::shared_ptr<topic_store> store{};
    std::string mark{}; ///< behind the epoch in ids, see `epoch_parts`; empty of the only one
};

/// The stores that these options name. Throws `std::invalid_argument` for some that cannot be one list.
std::vector<shard> shards_of(topic_options const& options);

} // namespace tidings::detail
