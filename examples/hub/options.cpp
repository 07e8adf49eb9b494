// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <string_view>

namespace hub {

char const* const usage = R"(usage: hub --port P [options]

  --host ADDR              address to listen on (127.0.0.1)
  --port P                 port to listen on; 0 is any free one
  --header-timeout-ms N    for the whole head of a request, also its first byte (10000)
  --body-timeout-ms N      for the whole body of a request (30000)
  --idle-timeout-ms N      for the next request on a connection (60000)
  --write-timeout-ms N     for a stream's client to take something while data waits (10000)
  --keepalive-ms N         a stream silent for so long gets a comment (15000)
  --drain-ms N             after SIGTERM, for all streams to end (10000)
  --max-body BYTES         larger request bodies get 413 (1048576)
  --max-connections N      more are refused (100000)
  --max-queue BYTES        unsent bytes of a stream; over it the stream is cut (1048576)
  --history N              events kept of each topic (1000)
  --topic-idle-ms N        a topic that nobody has used for so long is forgotten (600000)
  --log DIR                keep the events in this folder: /emit answers when they are on the disk
  --hub URL                share the topics with all hubs that use this Valkey or Redis: redis://HOST:PORT,
                           rediss://HOST:PORT (TLS) or unix:///PATH; /emit answers when it has the event. In
                           place of --log. Repeated: the topics are spread over up to eight, and all hubs have
                           to name the same
  --replicated N           with --hub: /emit waits, a second at most, until N replicas of the engine have the event
  --synced                 with --hub: the same until they, and the engine, have synced it (Redis 8.0 and newer)
  --stale-event            say by an event tidings-stale, not by a comment, that an engine is away or back
  --log-lines FORMAT       write a line for each request, and all messages, to standard error: text or json
  --cors-origin ORIGIN     pages of this origin may read, with credentials, and post; may be repeated
  --allow-host NAME        answer requests for this host too; may be repeated. On a loopback address, and
                           where a name is given, no other names of sites are answered
  --tls-port P             listen for TLS too, on this port of the same address
  --tls-cert FILE          its certificate, with those that it was signed with, in PEM
  --tls-key FILE           the key of the certificate before it; further pairs are for further names (SNI)
  --client-ca FILE         over TLS, answer only clients with a certificate that one of these has signed
  --admin-port P           a panel on this port of 127.0.0.1: metrics, health, and a console to look at
  --admin-token-file FILE  its first line opens the panel, and lets the console publish
  --http2-prior-knowledge  speak HTTP/2 with clients that begin with it on the plain port
  --probe                  serve /probe, a page that says what proxies do to streams on their way to a browser
  --compress               compress events for clients that ask for it, each once for all of them
  --upgrade-socket PATH    a hub that is started with the same path later takes the place of this one: it gets its
                           ports, and no client is refused meanwhile. Sockets of systemd are used without it
)";

namespace {

template <typename Number>
Number parse_number(std::string_view name, std::string_view text, Number least, Number most)
{
    Number value{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
        throw usage_error(fmt::format("{} {}: not a number from {} to {}", name, text, least, most));
    return value;
}

// A time of zero would mean "no limit" to the server, which nobody means by it here.
tidings::duration parse_ms(std::string_view name, std::string_view text)
{
    constexpr std::int64_t year = std::chrono::milliseconds(std::chrono::hours(24 * 365)).count();
    return std::chrono::milliseconds(parse_number<std::int64_t>(name, text, 1, year));
}

std::size_t parse_size(std::string_view name, std::string_view text)
{
    return parse_number<std::size_t>(name, text, 1, std::numeric_limits<std::int64_t>::max());
}

using setter = std::function<void(options&, std::string_view name, std::string const& value)>;

setter time(tidings::duration tidings::server_options::* member)
{
    return [member](options& to, std::string_view name, std::string const& value) {
        to.server.*member = parse_ms(name, value);
    };
}

setter limit(std::size_t tidings::server_options::* member)
{
    return [member](options& to, std::string_view name, std::string const& value) {
        to.server.*member = parse_size(name, value);
    };
}

setter texts(std::vector<std::string> options::* member)
{
    return
        [member](options& to, std::string_view, std::string const& value) { (to.*member).push_back(value); };
}

// Not from the command line, which everybody on the machine can read.
std::string read_token(std::string_view name, std::string const& path)
{
    std::ifstream file(path);
    std::string token;
    if (!std::getline(file, token) || token.empty())
        throw usage_error(fmt::format("{} {}: cannot be read, or its first line is empty", name, path));
    return token;
}

setter size(std::size_t options::* member)
{
    return [member](options& to, std::string_view name, std::string const& value) {
        to.*member = parse_size(name, value);
    };
}

std::map<std::string_view, setter> const& setters()
{
    using server = tidings::server_options;
    static std::map<std::string_view, setter> const all{
        {"--host", [](options& to, std::string_view, std::string const& value) { to.listen.host = value; }},
        {"--port",
         [](options& to, std::string_view name, std::string const& value) {
             to.listen.port = parse_number<std::uint16_t>(name, value, 0, 65'535);
         }},
        {"--header-timeout-ms", time(&server::head_timeout)},
        {"--body-timeout-ms", time(&server::body_timeout)},
        {"--idle-timeout-ms", time(&server::idle_timeout)},
        {"--write-timeout-ms", time(&server::write_timeout)},
        {"--keepalive-ms", time(&server::keep_alive)},
        {"--drain-ms", time(&server::drain_timeout)},
        {"--max-body", limit(&server::body_bytes)},
        {"--max-connections", limit(&server::max_connections)},
        {"--max-queue", size(&options::max_queue)},
        {"--history", size(&options::history)},
        {"--topic-idle-ms", [](options& to, std::string_view name,
                               std::string const& value) { to.topic_idle = parse_ms(name, value); }},
        {"--log", [](options& to, std::string_view, std::string const& value) { to.log_folder = value; }},
        {"--upgrade-socket",
         [](options& to, std::string_view, std::string const& value) { to.upgrade_socket = value; }},
        {"--hub", texts(&options::engines)},
        {"--replicated", size(&options::replicated)},
        {"--log-lines",
         [](options& to, std::string_view, std::string const& value) {
             if (value != "text" && value != "json")
                 throw usage_error(fmt::format("--log-lines {}: neither text nor json", value));
             to.log_lines = value;
         }},
        {"--cors-origin", texts(&options::origins)},
        {"--allow-host", texts(&options::hosts)},
        {"--tls-port",
         [](options& to, std::string_view name, std::string const& value) {
             to.tls_port = parse_number<std::uint16_t>(name, value, 1, 65'535);
         }},
        {"--tls-cert", texts(&options::tls_certs)},
        {"--tls-key", texts(&options::tls_keys)},
        {"--admin-port",
         [](options& to, std::string_view name, std::string const& value) {
             to.admin_port = parse_number<std::uint16_t>(name, value, 0, 65'535);
         }},
        {"--admin-token-file", [](options& to, std::string_view name,
                                  std::string const& value) { to.admin_token = read_token(name, value); }},
        {"--client-ca",
         [](options& to, std::string_view, std::string const& value) { to.client_ca = value; }},
    };
    return all;
}

// Options without a value.
std::map<std::string_view, std::function<void(options&)>> const& flags()
{
    static std::map<std::string_view, std::function<void(options&)>> const all{
        {"--stale-event", [](options& to) { to.stale_event = true; }},
        {"--http2-prior-knowledge", [](options& to) { to.http2_prior_knowledge = true; }},
        {"--probe", [](options& to) { to.probe = true; }},
        {"--synced", [](options& to) { to.synced = true; }},
        {"--compress", [](options& to) { to.compress = true; }},
    };
    return all;
}

void check_tls(options const& given)
{
    bool const is_wanted = given.tls_port != 0;
    if (given.tls_certs.size() != given.tls_keys.size())
        throw usage_error("each --tls-cert needs a --tls-key, and each key a certificate");
    if (is_wanted && given.tls_certs.empty())
        throw usage_error("--tls-port needs --tls-cert and --tls-key");
    if (!is_wanted && !(given.tls_certs.empty() && given.client_ca.empty()))
        throw usage_error("--tls-cert, --tls-key and --client-ca need --tls-port");
}

} // namespace

options parse_options(std::vector<std::string> const& arguments)
{
    options parsed;
    bool has_port = false;
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        std::string const& name = arguments[at];
        if (auto const flag = flags().find(name); flag != flags().end()) {
            flag->second(parsed);
            continue;
        }
        auto const found = setters().find(name);
        if (found == setters().end())
            throw usage_error(fmt::format("unknown option {}", name));
        if (at + 1 == arguments.size())
            throw usage_error(fmt::format("{} needs a value", name));
        found->second(parsed, name, arguments[++at]);
        has_port |= name == "--port";
    }
    if (!has_port)
        throw usage_error("--port is missing");
    if (!parsed.log_folder.empty() && !parsed.engines.empty())
        throw usage_error("--log and --hub exclude each other: events are kept in one place");
    if (parsed.engines.empty() && (parsed.synced || parsed.replicated > 0))
        throw usage_error("--replicated and --synced need --hub");
    if (!parsed.admin_token.empty() && !parsed.admin_port)
        throw usage_error("--admin-token-file needs --admin-port");
    check_tls(parsed);
    // What a stream may leave unsent, whether it waits in its connection or in the topic.
    parsed.server.queue_bytes = parsed.max_queue;
    return parsed;
}

} // namespace hub
