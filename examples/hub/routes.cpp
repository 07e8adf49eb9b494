// SPDX-License-Identifier: BSL-1.0
#include "routes.hpp"

#include <tidings/http/response.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/metrics/metrics.hpp>
#include <tidings/middleware/check_host.hpp>
#include <tidings/middleware/check_origin.hpp>
#include <tidings/middleware/cors.hpp>
#include <tidings/probe/path_probe.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace hub {

namespace asio = boost::asio;
namespace json = boost::json;
using tidings::response;

namespace {

response refuse(int status, std::string_view why)
{
    return response::text(fmt::format("{}\n", why), status);
}

asio::awaitable<response> tell_health(tidings::context)
{
    co_return response::text("ok\n");
}

asio::awaitable<response> echo(tidings::context, tidings::request const& request)
{
    co_return response::bytes(request.body(), "application/octet-stream");
}

// The topics that a stream is to carry: `topic=a&topic=b`, each once.
std::vector<std::string> wanted_topics(tidings::request const& request)
{
    std::vector<std::string> names;
    for (std::string& name : request.query_all("topic"))
        if (!name.empty() && std::ranges::find(names, name) == names.end())
            names.push_back(std::move(name));
    if (names.empty())
        names.emplace_back(default_topic);
    return names;
}

// Events of these types alone: `type=price&type=trade`. Without any, all events.
tidings::event_filter wanted_types(tidings::request const& request)
{
    auto types = request.query_all("type");
    if (types.empty())
        return {};
    return [types = std::move(types)](tidings::event_text const& event, std::string_view) {
        auto const type = event.type().empty() ? std::string_view("message") : event.type();
        return std::ranges::find(types, type) != types.end();
    };
}

// Until a client that is refused comes back; not all at once.
std::chrono::milliseconds some_seconds()
{
    std::random_device random;
    return std::chrono::milliseconds(2'000 + random() % 4'000);
}

// The topics, opened; those that are retired are left out. Throws what `event_hub::open` throws.
asio::awaitable<std::vector<tidings::topic>> open_all(event_hub& events, tidings::context ctx,
                                                      std::vector<std::string> const& names)
{
    std::vector<tidings::topic> opened;
    for (std::string const& name : names) {
        if (events.is_retired(name))
            continue;
        auto const topic = co_await events.open(ctx, name);
        if (!topic && !ctx.is_done())
            throw std::invalid_argument("the name of a topic is not UTF-8");
        if (topic)
            opened.push_back(*topic);
    }
    co_return opened;
}

// Hands the stream over; the answer in its place, if there is one.
std::optional<response> attach(event_hub& events, std::vector<tidings::topic> const& opened,
                               tidings::request const& request, tidings::event_stream& out)
{
    // Asked again: with a store, opening takes its time, and a topic may have been retired meanwhile.
    tidings::topic_list topics;
    for (tidings::topic const& topic : opened)
        if (!events.is_retired(topic.name()))
            topics.add(topic, tidings::from_newest(), wanted_types(request));
    if (topics.is_empty())
        return response(204); // clients do not come back then
    topics.attach(out);
    return std::nullopt;
}

asio::awaitable<void> follow(event_hub& events, tidings::context ctx, tidings::request const& request,
                             tidings::event_stream& out)
{
    std::optional<response> answer;
    try {
        auto const names = wanted_topics(request);
        auto const opened = co_await open_all(events, ctx, names);
        answer = attach(events, opened, request, out);
    } catch (std::invalid_argument const& error) { // a name that is none
        answer = refuse(400, error.what());
    } catch (std::runtime_error const& error) { // too many topics, or the store cannot be read: it will pass
        answer = tidings::refused_for_now(request, 503, some_seconds(), error.what());
    }
    if (answer)
        co_await out.respond(std::move(*answer));
}

// Exceptions become statuses in `emit`.
asio::awaitable<response> publish(event_hub& events, tidings::context ctx, message const& posted)
{
    auto const topic = co_await events.open(ctx, posted.topic);
    if (!topic)
        co_return refuse(503, "the hub stops");
    auto const done = co_await events.publish(ctx, *topic, posted);
    if (!done)
        co_return refuse(503, "the event was not taken: too much waits for the disk, or the hub stops");
    json::object said{{"id", done.id}, {"receivers", done.receivers}};
    if (posted.sequence > 0 && done.id.empty())
        said["duplicate"] = true; // of so long ago that nobody knows its id
    if (done.replicas > 0 || done.stored_only) {
        said["replicas"] = done.replicas;
        said["stored_only"] = done.stored_only;
    }
    if (posted.reaches_nobody())
        said["warning"] = "nothing was sent: without \"data\", which may be empty, there is no event";
    co_return response::json(json::serialize(said));
}

asio::awaitable<response> emit(event_hub& events, tidings::context ctx, tidings::request const& request)
{
    try {
        message posted = parse_message(request.body());
        add_producer(posted, request.header("Producer-Id"), request.header("Producer-Seq"));
        response answer = co_await publish(events, ctx, posted);
        co_return answer;
    } catch (bad_message const& error) {
        co_return refuse(400, error.what());
    } catch (std::invalid_argument const& error) {
        co_return refuse(400, error.what());
    } catch (tidings::topic_store::sequence_gap const& error) {
        json::object const said{{"error", error.what()}, {"last", error.last}};
        co_return response::json(json::serialize(said), 409);
    } catch (std::logic_error const& error) { // a producer, and the events are not kept by an engine
        co_return refuse(501, error.what());
    } catch (std::runtime_error const& error) {
        // The log could not keep it, or there are too many topics.
        co_return refuse(503, error.what()).with_header("Retry-After", "5");
    }
}

using topic_action = std::size_t (event_hub::*)(std::string const&);

// /disconnect and /retire.
asio::awaitable<response> end_streams(event_hub& events, topic_action end, tidings::context,
                                      tidings::request const& request)
{
    try {
        auto const closed = (events.*end)(parse_topic(request.body()));
        co_return response::json(fmt::format(R"({{"closed":{}}})", closed));
    } catch (bad_message const& error) {
        co_return refuse(400, error.what());
    } catch (std::length_error const& error) {
        co_return refuse(503, error.what());
    }
}

asio::awaitable<void> fail(tidings::context, tidings::event_stream& out)
{
    co_await out.send({.data = "before"});
    throw std::runtime_error("this handler fails, as it was asked to");
}

asio::awaitable<response> tell_stats(tidings::server const& server, tidings::context)
{
    auto const now = server.stats();
    co_return response::json(fmt::format(R"({{"connections":{},"streams":{},"accepted":{}}})",
                                         now.connections, now.streams, now.accepted));
}

// A server answers OPTIONS by itself; this application takes it for one of the "other methods".
asio::awaitable<response> refuse_method(std::string allowed, tidings::context)
{
    co_return refuse(405, "method not allowed").with_header("Allow", allowed);
}

} // namespace

void add_routes(tidings::server& server, event_hub& events, options const& chosen)
{
    // Whoever runs the hub on this machine alone does not mean it to be read through a name that leads here.
    if (chosen.is_local() || !chosen.hosts.empty())
        server.check(tidings::check_local_host(chosen.hosts));
    for (char const* path : {"/events", "/emit", "/disconnect", "/retire"})
        if (!chosen.origins.empty())
            server.check(path, tidings::cors({.origins = chosen.origins, .credentials = true}));
    // A page of another site can make a browser post here, but not without saying where it comes from.
    for (char const* path : {"/emit", "/disconnect", "/retire"})
        server.check(path, tidings::check_origin(chosen.origins));
    server.get("/healthz", tell_health);
    server.post("/echo", echo);
    server.get("/events", std::bind_front(follow, std::ref(events)));
    server.post("/emit", std::bind_front(emit, std::ref(events)));
    server.post("/disconnect", std::bind_front(end_streams, std::ref(events), &event_hub::disconnect));
    server.post("/retire", std::bind_front(end_streams, std::ref(events), &event_hub::retire));
    server.get("/fail", fail);
    server.get("/stats", std::bind_front(tell_stats, std::cref(server)));
    server.get("/metrics", tidings::metrics(server, events.topics()));
    if (chosen.probe)
        tidings::path_probe(server, "/probe");
    for (char const* path : {"/healthz", "/events", "/fail", "/stats", "/metrics"})
        server.route("OPTIONS", path, std::bind_front(refuse_method, "GET, HEAD"));
    for (char const* path : {"/echo", "/emit", "/disconnect", "/retire"})
        server.route("OPTIONS", path, std::bind_front(refuse_method, "POST"));
}

} // namespace hub
