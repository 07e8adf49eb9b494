// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>

namespace tidings::detail {

class topic_state;

/// What a registry notes of one topic that it keeps, see `kept_topics`.
struct kept_entry
{
    using by_use = std::list<topic_state*>;                     // longest unused first
    using by_publish = std::multimap<time_point, topic_state*>; // as last seen: some were published to since
    using by_bytes = std::multimap<std::size_t, topic_state*, std::greater<>>; // as they were placed

    std::shared_ptr<topic_state> kept; ///< null of a blank one
    std::size_t bytes = 0;             ///< of its share in the sum
    time_point last_used{};
    bool was_in_use = true; ///< when it was last looked at
    by_use::iterator used{};
    by_publish::iterator published{};
    by_bytes::iterator placed{};
};

} // namespace tidings::detail
