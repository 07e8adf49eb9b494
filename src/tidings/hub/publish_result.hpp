// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>

namespace tidings {

enum class publish_status
{
    published,     ///< followers get it
    queued,        ///< it goes to the topic's store, and to followers once it is kept there; it has no id yet
    would_block,   ///< refused: a follower, or the store, has to catch up first; nobody gets it
    context_ended, ///< the wait ended first; if it was queued already, followers may still get it
};

/// What became of a published event. True unless nobody gets it for certain.
struct publish_result
{
    publish_status status = publish_status::published;
    std::string id;            ///< what a client sends back as Last-Event-ID; empty unless published
    std::size_t receivers = 0; ///< streams and subscriptions that followed the topic
    std::size_t drops = 0; ///< events that followers had not got yet and that left the history for this one

    explicit operator bool() const noexcept
    {
        return status == publish_status::published || status == publish_status::queued;
    }
};

} // namespace tidings
