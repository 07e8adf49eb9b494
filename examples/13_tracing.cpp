// SPDX-License-Identifier: BSL-1.0
// A publish and all its deliveries as spans of one trace. Each span is a line of OTLP/JSON in spans.jsonl,
// which OpenTelemetry's collector reads with its receiver `otlpjsonfile`:
//
//     curl -N localhost:8080/events
//     curl -d hello -H "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" localhost:8080/
#include <tidings/logging/logging.hpp>
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <string_view>

using std::chrono::system_clock;
using tidings::context;
using tidings::event_stream;
using tidings::response;
using tidings::trace_parent;

namespace asio = boost::asio;

namespace {

// Kinds of spans in OTLP.
constexpr int producer = 4;
constexpr int consumer = 5;

void write_span(tidings::line_sink const& out, std::string_view name, int kind, trace_parent const& span,
                std::string_view parent, system_clock::time_point begin)
{
    auto const nanoseconds = [](system_clock::time_point t) {
        return std::chrono::nanoseconds(t.time_since_epoch()).count();
    };
    out(fmt::format(R"({{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name",)"
                    R"("value":{{"stringValue":"tracing"}}}}]}},"scopeSpans":[{{"spans":[{{"traceId":"{}",)"
                    R"("spanId":"{}","parentSpanId":"{}","name":"{}","kind":{},"startTimeUnixNano":"{}",)"
                    R"("endTimeUnixNano":"{}"}}]}}]}}]}})",
                    span.trace_id(), span.span_id(), parent, name, kind, nanoseconds(begin),
                    nanoseconds(system_clock::now())));
}

// The event has the span of its publish in the first line of its data, so that it can be continued by
// whoever gets it: the deliveries below, or a program that follows this server.
asio::awaitable<response> publish(tidings::topic news, tidings::line_sink spans, context,
                                  tidings::request const& asked)
{
    auto const begin = system_clock::now();
    auto const caller = trace_parent::parse(asked.header("traceparent"));
    auto const span = caller ? caller->child() : trace_parent::start();
    news.publish({.data = fmt::format("{}\n{}", span.header(), asked.body())});
    write_span(spans, "publish", producer, span, caller ? caller->span_id() : "", begin);
    co_return response::text("published\n", 202);
}

asio::awaitable<void> deliver(tidings::topic news, tidings::line_sink spans, context ctx, event_stream& out)
{
    constexpr std::string_view data = "data: ";
    tidings::subscription events(ctx, news);
    co_await out.open();
    while (auto const event = co_await events.receive(ctx)) {
        auto const begin = system_clock::now();
        co_await out.send(*event);
        auto const text = event->text();
        auto const at = text.find(data);
        if (auto const published = trace_parent::parse(text.substr(at + data.size(), 55)))
            write_span(spans, "deliver", consumer, published->child(), published->span_id(), begin);
    }
}

} // namespace

int main(int argc, char** argv)
{
    std::ofstream file("spans.jsonl", std::ios::app);
    tidings::log_writer const spans({.sink = [&file](std::string_view line) { file << line << std::endl; }});
    tidings::topic const news;
    tidings::server server({.port = example::port(argc, argv)});
    server.post("/", std::bind_front(publish, news, spans.lines()));
    server.get("/events", std::bind_front(deliver, news, spans.lines()));
    example::run(server);
}
