// SPDX-License-Identifier: BSL-1.0
#include <tidings/probe/detail/path_page.hpp>
#include <tidings/probe/detail/path_report.hpp>
#include <tidings/probe/detail/path_verdict.hpp>
#include <tidings/probe/path_probe.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/ticker.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace tidings {

namespace {

constexpr std::chrono::seconds longest = 10min;

asio::awaitable<response> show_page(context, request const&)
{
    co_return response::bytes(std::string(detail::path_page), "text/html; charset=utf-8")
        .with_header("Cache-Control", "no-cache")
        .with_header(
            "Content-Security-Policy",
            "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
            "frame-ancestors 'none'");
}

asio::awaitable<void> send_beats(context ctx, request const&, event_stream& out)
{
    ticker beats(detail::beat_period);
    for (int i = 0; i < detail::beat_count; ++i) {
        if (!co_await beats.tick(ctx))
            co_return;
        std::string const number = std::to_string(i);
        event const beat{.type = "beat", .data = number};
        co_await out.send(beat);
    }
}

std::optional<std::chrono::seconds> parse_seconds(std::string_view text)
{
    int value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const is_number = error == std::errc() && end == text.data() + text.size();
    if (!is_number || value < 1 || value > longest.count())
        return std::nullopt;
    return std::chrono::seconds(value);
}

// Says at the beginning and at the end of its time that it is there. What comes in between is its
// keep-alive's.
asio::awaitable<void> stay_open(context ctx, request const& asked, event_stream& out)
{
    auto const time = parse_seconds(asked.query("seconds"));
    if (!time) {
        std::string const fault = fmt::format("?seconds= is to be from 1 to {}", longest.count());
        co_await out.reject(400, fault);
        co_return;
    }
    event const begin{.type = "begin", .data = ""};
    co_await out.send(begin);
    after over(*time);
    if (!co_await over.wait(ctx))
        co_return;
    event const end{.type = "end", .data = ""};
    co_await out.send(end);
}

asio::awaitable<response> tell_verdict(context, request const& asked)
{
    auto const report = detail::parse_report(asked.body());
    if (!report)
        co_return response::text(
            "no report of the probe: lines are \"arrived: 100 200\", \"protocol: h2\", \"encoding: gzip\", "
            "\"silence-cut: 30000\", \"traffic-cut: 30000\" and \"header-via: …\"\n",
            400);
    auto const of_request = [&](std::string_view name) { return std::string(asked.header(name)); };
    auto const of_response = [&](std::string_view name) {
        std::string lower(name);
        std::ranges::transform(lower, lower.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
        auto const found = report->headers.find(lower);
        return found == report->headers.end() ? std::string() : found->second;
    };
    auto const guess = detail::guess_proxies(of_request, of_response);
    co_return response::text(detail::verdict(report->seen, guess)).with_header("Cache-Control", "no-store");
}

} // namespace

void path_probe(server& to, std::string const& path, route_options own)
{
    to.get(path, show_page, own);
    to.get(path + "/beats", send_beats, own);
    to.post(path + "/verdict", tell_verdict, own);
    own.keep_alive = duration::max();
    to.get(path + "/silence", stay_open, own);
    own.keep_alive = 1s;
    to.get(path + "/traffic", stay_open, own);
}

} // namespace tidings
