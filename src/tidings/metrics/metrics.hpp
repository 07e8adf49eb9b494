// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/server/server.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace tidings {

namespace detail {
class metrics_state;
}

/// What a server and its topics do, in numbers, as text that Prometheus and what is like it read:
///
///     server.get("/metrics", tidings::metrics(server, topics));
///
/// A plain handler for a route of the same server, or of another one that only operators reach. It answers in
/// the Prometheus text format 0.0.4, and in OpenMetrics 1.0 for clients that prefer it by `Accept`. Series
/// are told apart by routes, by patterns and labels of topics (`topic_options::label`) and by names of
/// stores, never by anything that a client chooses: their number does not grow with clients.
///
/// Each end of a request is counted behind one lock. Once there are metrics, loops that deliver look at the
/// clock once a turn, and the server keeps a record of each open request, as it does for
/// `server_options::on_stream_end`. A scrape takes the lock of each registry for some 50 microseconds at a
/// time, until it has looked at all topics in memory.
///
/// A handle: copies share what they have counted. All members are safe from any thread. It keeps its
/// registries and topics alive, but not its server: once that is gone, its series are left out.
class metrics
{
public:
    /// Of one server, and of no topics yet. Throws `std::logic_error` once the server has started.
    explicit metrics(server& of);
    metrics(server& of, topic_registry topics);

    /// Also of these topics. Those of one label are counted together, whatever registry they are in. A
    /// registry that is given twice counts twice.
    metrics& add(topic_registry topics);
    /// Also of a topic that stands alone. Throws `std::invalid_argument` for one without a
    /// `topic_options::label`, and for one that belongs to a registry.
    metrics& add(topic alone);

    /// The handler.
    boost::asio::awaitable<response> operator()(context const& ctx, request const& asked) const;

private:
    std::shared_ptr<detail::metrics_state> state_;
};

} // namespace tidings
