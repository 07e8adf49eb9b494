// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/hub/topic_store.hpp>
#include <tidings/wait/context.hpp>

#include "message.hpp"
#include "options.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hub {

/// The topics of this hub: made when they are first asked for, forgotten when nobody has used them for a
/// while. Used on the server's one loop.
class event_hub
{
public:
    /// The topics are in memory alone, in one store, or spread over several. Throws `usage_error` for what
    /// this build cannot do, and for stores that cannot be used together.
    event_hub(options const& chosen, std::vector<std::shared_ptr<tidings::topic_store>> stores);

    /// Empty when the context has ended, or the name is not UTF-8. Throws `std::invalid_argument` for a name
    /// that is too long, `tidings::too_many_topics`, and what the store says.
    boost::asio::awaitable<std::optional<tidings::topic>> open(tidings::context ctx, std::string name);

    /// Sends a message to all who follow its topic; with a store, once it is on the disk. Throws
    /// `std::invalid_argument` for what cannot be sent, and then nobody gets anything; `std::logic_error` for
    /// a producer where the store knows none; what the store says when it cannot keep it.
    boost::asio::awaitable<tidings::publish_result> publish(tidings::context ctx, tidings::topic to,
                                                            message const& posted);

    /// Ends all streams of a topic; their number. Clients may come back.
    std::size_t disconnect(std::string const& name);

    /// The same, and from now on nobody may follow it. Throws `std::length_error` when too many are retired.
    std::size_t retire(std::string const& name);
    bool is_retired(std::string const& name) const { return retired_.contains(name); }

    /// For metrics.
    tidings::topic_registry const& topics() const noexcept { return topics_; }

private:
    tidings::topic_registry topics_;
    std::set<std::string> retired_;
};

} // namespace hub
