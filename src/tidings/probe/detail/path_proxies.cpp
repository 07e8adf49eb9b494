// SPDX-License-Identifier: BSL-1.0
#include <tidings/probe/detail/path_proxies.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace tidings::detail {

namespace {

struct sign
{
    bool is_of_request;
    std::string_view header;
    std::string_view part; // of its value, in lower case
    path_proxy of;
};

// From the browser's side to the server's.
constexpr std::array signs{
    sign{false, "Server", "cloudflare", path_proxy::cloudflare},
    sign{true, "CF-Ray", "", path_proxy::cloudflare},
    sign{true, "X-Cloud-Trace-Context", "", path_proxy::google},
    sign{true, "Via", "google", path_proxy::google},
    sign{false, "Via", "google", path_proxy::google},
    sign{true, "X-Amzn-Trace-Id", "", path_proxy::aws},
    sign{false, "Server", "awselb", path_proxy::aws},
    sign{true, "X-AppGW-Trace-Id", "", path_proxy::azure},
    sign{true, "X-Envoy-Expected-Rq-Timeout-Ms", "", path_proxy::envoy},
    sign{true, "X-Envoy-External-Address", "", path_proxy::envoy},
    sign{false, "Server", "envoy", path_proxy::envoy},
    sign{false, "Server", "caddy", path_proxy::caddy},
    sign{false, "Via", "caddy", path_proxy::caddy},
    sign{true, "Via", "caddy", path_proxy::caddy},
    sign{false, "Via", "haproxy", path_proxy::haproxy},
    sign{true, "Via", "haproxy", path_proxy::haproxy},
    sign{false, "Server", "nginx", path_proxy::nginx},
    sign{true, "Via", "nginx", path_proxy::nginx},
};

// What proxies add that do not say which they are.
constexpr std::array<std::string_view, 4> marks_of_any{"X-Forwarded-For", "X-Forwarded-Proto", "Forwarded",
                                                       "Via"};

bool has_part(std::string value, std::string_view part)
{
    std::ranges::transform(value, value.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return !value.empty() && value.find(part) != std::string::npos;
}

} // namespace

path_guess guess_proxies(header_source const& request, header_source const& response)
{
    path_guess guess;
    for (sign const& each : signs)
        if (has_part((each.is_of_request ? request : response)(std::string(each.header)), each.part) &&
            std::ranges::find(guess.known, each.of) == guess.known.end())
            guess.known.push_back(each.of);
    guess.has_unknown = guess.known.empty() && std::ranges::any_of(marks_of_any, [&](std::string_view name) {
                            return !request(name).empty() || !response(name).empty();
                        });
    return guess;
}

std::string_view name_of(path_proxy which) noexcept
{
    switch (which) {
    case path_proxy::nginx:
        return "nginx";
    case path_proxy::haproxy:
        return "HAProxy";
    case path_proxy::caddy:
        return "Caddy";
    case path_proxy::envoy:
        return "Envoy";
    case path_proxy::cloudflare:
        return "Cloudflare";
    case path_proxy::aws:
        return "AWS Application Load Balancer";
    case path_proxy::google:
        return "Google Cloud load balancer";
    case path_proxy::azure:
        return "Azure Application Gateway";
    }
    return "a proxy";
}

namespace {

std::string_view cure_of_buffers(path_proxy which) noexcept
{
    switch (which) {
    case path_proxy::nginx:
        return "proxy_buffering off;   # or take X-Accel-Buffering out of proxy_ignore_headers\n"
               "proxy_http_version 1.1;\nproxy_set_header Connection \"\";";
    case path_proxy::caddy:
        return "reverse_proxy 127.0.0.1:8080 {\n    flush_interval -1\n}";
    case path_proxy::envoy:
        return "remove envoy.filters.http.buffer from the filters of this route";
    case path_proxy::azure:
        return "turn the response buffer of the gateway's global configuration off";
    default:
        return {};
    }
}

std::string_view cure_of_compression(path_proxy which) noexcept
{
    switch (which) {
    case path_proxy::nginx:
        return "gzip off;   # or gzip_types without text/event-stream";
    case path_proxy::haproxy:
        return "compression type ...   # without text/event-stream";
    case path_proxy::caddy:
        return "encode {\n    match {\n        header Content-Type text/html*   # name what to compress, not "
               "text/event-stream\n    }\n}";
    case path_proxy::envoy:
        return "content_type of envoy.filters.http.compressor: leave text/event-stream out";
    case path_proxy::cloudflare:
        return "a compression rule that turns compression off for text/event-stream";
    default:
        return {};
    }
}

std::string_view cure_of_cuts(path_proxy which) noexcept
{
    switch (which) {
    case path_proxy::nginx:
        return "proxy_read_timeout 1h;\nsend_timeout 1h;";
    case path_proxy::haproxy:
        return "timeout client 1h\ntimeout server 1h";
    case path_proxy::caddy:
        return "reverse_proxy 127.0.0.1:8080 {\n    transport http {\n        read_timeout 1h\n    }\n}";
    case path_proxy::envoy:
        return "route: { timeout: 0s, idle_timeout: 3600s }   # and stream_idle_timeout of the listener";
    case path_proxy::cloudflare:
        return "100 s without a byte is fixed for most plans: keep server_options::keep_alive below it";
    case path_proxy::aws:
        return "idle_timeout.timeout_seconds = 3600   # an attribute of the balancer";
    case path_proxy::google:
        return "timeoutSec: 86400   # of the backend service; it is for the whole response";
    case path_proxy::azure:
        return "requestTimeout: 3600   # of the backend HTTP setting";
    }
    return {};
}

std::string_view cure_of_http1(path_proxy which) noexcept
{
    switch (which) {
    case path_proxy::nginx:
        return "listen 443 ssl;\nhttp2 on;   # before 1.25.1: listen 443 ssl http2;";
    case path_proxy::haproxy:
        return "bind :443 ssl crt ... alpn h2,http/1.1";
    case path_proxy::envoy:
        return "alpn_protocols: [\"h2\", \"http/1.1\"]   # of the listener's TLS context";
    case path_proxy::azure:
        return "enableHttp2: true   # of the gateway";
    default:
        return {};
    }
}

} // namespace

std::string_view cure_of(path_symptom what, path_proxy which) noexcept
{
    switch (what) {
    case path_symptom::buffers:
        return cure_of_buffers(which);
    case path_symptom::compresses:
        return cure_of_compression(which);
    case path_symptom::loses_beats:
    case path_symptom::cuts_silence:
    case path_symptom::cuts_all:
        return cure_of_cuts(which);
    case path_symptom::http1:
        return cure_of_http1(which);
    }
    return {};
}

} // namespace tidings::detail
