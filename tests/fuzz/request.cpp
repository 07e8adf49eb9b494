// SPDX-License-Identifier: BSL-1.0
// What a connection brings: the same requests or the same refusal wherever the network cuts it, and nothing
// in a request that a handler, the router or the list of trusted proxies could stumble over.
#include <tidings/http/internal/request_parser.hpp>
#include <tidings/http/internal/router.hpp>
#include <tidings/http/internal/trusted_proxies.hpp>
#include <tidings/middleware/authenticate.hpp>

#include "input.hpp"
#include "require.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using tidings::request;
using tidings::fuzz::require;
using tidings::internal::parse_state;
using tidings::internal::request_parser;

namespace {

// A corpus is run once, so every place is tried; libFuzzer comes back to each text again and again.
#ifdef TIDINGS_FUZZ_CORPUS
constexpr bool is_corpus = true;
#else
constexpr bool is_corpus = false;
#endif

bool is_named(std::string_view name, std::string_view other)
{
    return std::ranges::equal(name, other, [](char a, char b) { return (a | 0x20) == (b | 0x20); });
}

bool is_framing(std::string_view name)
{
    return is_named(name, "Content-Length") || is_named(name, "Transfer-Encoding");
}

/// All that a handler can see, but for how the body came.
std::string printed(request const& asked)
{
    std::string text;
    text.append(asked.method()).append(" ").append(asked.target());
    text.append(asked.version() == "HTTP/1.1" ? " 1.1" : " 1.0");
    for (std::size_t i = 0; i != asked.header_count(); ++i) {
        auto const [name, value] = asked.header_at(i);
        if (!is_framing(name))
            text.append("|").append(name).append("=").append(value);
    }
    return text.append("|").append(asked.body()).append("\n");
}

/// The plainest text of a request.
std::string wire_text(request const& asked)
{
    std::string text;
    text.append(asked.method()).append(" ").append(asked.target());
    text.append(asked.version() == "HTTP/1.1" ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
    for (std::size_t i = 0; i != asked.header_count(); ++i) {
        auto const [name, value] = asked.header_at(i);
        if (!is_framing(name))
            text.append(name).append(": ").append(value).append("\r\n");
    }
    text.append("Content-Length: ").append(std::to_string(asked.body().size())).append("\r\n\r\n");
    return text.append(asked.body());
}

/// What the parser says of a connection's bytes: requests, and how it ends.
class reading
{
public:
    explicit reading(tidings::internal::parser_limits const& limits) : parser_(limits) {}

    void feed(std::string_view bytes)
    {
        while (!bytes.empty() && state_ != parse_state::failed) {
            auto const [consumed, state] = parser_.feed(bytes);
            require(consumed <= bytes.size(), "the parser takes no more than there is");
            require(consumed > 0 || state == parse_state::failed, "the parser takes something, or refuses");
            bytes.remove_prefix(consumed);
            state_ = state;
            if (state == parse_state::head_complete)
                note_head();
            if (state != parse_state::complete)
                continue;
            requests_.push_back(parser_.take());
            said_ += printed(requests_.back());
        }
    }

    std::string said() const
    {
        if (state_ == parse_state::failed)
            return said_ + std::to_string(parser_.error().status) + ' ' + std::string(parser_.error().reason);
        return said_ + (parser_.has_begun() ? "goes on" : "idle");
    }
    std::vector<request> const& requests() const { return requests_; }

private:
    // What a check is shown is what the handler is shown, but for the body.
    void note_head()
    {
        require(parser_.head().body().empty(), "a head has no body");
        auto const size = parser_.body_size();
        said_ += "head " + printed(parser_.head()) + (parser_.expects_continue() ? "100 " : "") +
                 (size ? std::to_string(*size) : "chunked") +
                 (parser_.is_body_too_large() ? ", too large\n" : "\n");
    }

    request_parser parser_;
    parse_state state_ = parse_state::need_more;
    std::string said_;
    std::vector<request> requests_;
};

void read_in_two(std::string_view bytes, std::size_t cut, tidings::internal::parser_limits const& limits,
                 std::string const& expected)
{
    reading pieces(limits);
    pieces.feed(bytes.substr(0, cut));
    pieces.feed(bytes.substr(cut));
    require(pieces.said() == expected, "two pieces mean what the whole means",
            "cut at " + std::to_string(cut) + ":\n" + pieces.said() + "\nwhole:\n" + expected);
}

void read_byte_by_byte(std::string_view bytes, tidings::internal::parser_limits const& limits,
                       std::string const& expected)
{
    reading pieces(limits);
    for (std::size_t i = 0; i != bytes.size(); ++i)
        pieces.feed(bytes.substr(i, 1));
    require(pieces.said() == expected, "single bytes mean what the whole means",
            "bytes:\n" + pieces.said() + "\nwhole:\n" + expected);
}

/// Whoever reads the request behind us, written by us, sees the same one and nothing behind it.
void pass_on(request const& asked)
{
    constexpr std::size_t plenty = 1'000'000;
    reading again({plenty, plenty, plenty});
    again.feed(wire_text(asked));
    require(again.requests().size() == 1 && printed(again.requests()[0]) == printed(asked),
            "a request that is passed on is the same", wire_text(asked) + "\nread as:\n" + again.said());
}

tidings::internal::router routes()
{
    tidings::internal::router made;
    for (auto const* pattern : {"/", "/a", "/a/{x}", "/{x}/b", "/a/{x}/{y}", "/{x}/{y}/", "/b/{x...}"}) {
        made.add("GET", pattern);
        made.add("POST", pattern);
    }
    return made;
}

bool has_control_character(std::string_view text)
{
    return std::ranges::any_of(text,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void route(request const& asked)
{
    static auto const all = routes();
    auto const path = tidings::internal::split_path(asked.path());
    auto const found = all.find(asked.method(), path);
    for (auto const& [name, value] : found.params) {
        require(!value.empty(), "a name of a pattern stands for something", name);
        require(!has_control_character(value), "a path has no control character", value);
    }
    require(all.find("HEAD", path).outcome == all.find("GET", path).outcome, "HEAD goes where GET does",
            std::string(asked.path()));
}

void find_client(request const& asked)
{
    static tidings::internal::trusted_proxies const trusted({"10.0.0.0/8", "2001:db8::/32", "::1", "unix"});
    for (auto const* peer : {"", "10.0.0.1", "::1", "192.0.2.1"}) {
        auto const client = trusted.client_address(peer, asked);
        require(trusted.trusts(peer) || client == peer, "nobody is believed but a trusted proxy", client);
        // Throws unless it is an address.
        if (client.empty())
            continue;
        require(tidings::internal::trusted_proxies({client}).trusts(client), "an address is itself", client);
        auto const account = trusted.account_of(client);
        require(account.empty() ? trusted.trusts(client)
                                : tidings::internal::trusted_proxies({account}).trusts(client),
                "an address goes to an account that has it", account);
    }
    try {
        tidings::internal::trusted_proxies const chosen({std::string(asked.header("X-Forwarded-For"))});
        (void)chosen.client_address("192.0.2.1", asked);
    } catch (std::invalid_argument const&) { // NOLINT(bugprone-empty-catch): it is no address
    }
}

void handle(request const& asked)
{
    require(asked.path().starts_with('/') || asked.path() == "*", "a path begins with a slash",
            std::string(asked.path()));
    for (auto const* name : {"a", "last_event_id", "topic"}) {
        auto const all = asked.query_all(name);
        require(asked.has_query(name) == !all.empty(), "a query has what it lists", name);
        require(all.empty() || asked.query(name) == all[0], "the first value of a query counts", name);
    }
    for (auto const* once : {"Host", "Last-Event-ID", "Authorization", "Origin"}) {
        int count = 0;
        for (std::size_t i = 0; i != asked.header_count(); ++i)
            count += is_named(asked.header_at(i).first, once) ? 1 : 0;
        require(count <= 1, "what stands once stands once", once);
    }
    if (auto const id = asked.last_event_id())
        require(!id->empty(), "an empty Last-Event-ID is none");
    require(asked.version() == "HTTP/1.1" || !asked.keep_alive() ||
                asked.header_lists("Connection", "keep-alive"),
            "HTTP/1.0 closes unless asked");
    (void)tidings::bearer_token(asked);
    (void)asked.cookie("a");
    (void)asked.form("a");
    route(asked);
    find_client(asked);
    pass_on(asked);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    static std::array<tidings::internal::parser_limits, 3> const limits{
        tidings::internal::parser_limits{}, tidings::internal::parser_limits{64, 16, 100},
        tidings::internal::parser_limits{200, 5, 3}};
    tidings::fuzz::input from(data, size);
    auto const& limit = limits[from.choose(2)];
    auto const cut = from.choose(255);
    auto const bytes = from.rest();
    auto const step = is_corpus ? 1 : 1 + bytes.size() / 8;

    reading whole(limit);
    whole.feed(bytes);
    read_byte_by_byte(bytes, limit, whole.said());
    for (std::size_t each = cut % step; each < bytes.size(); each += step)
        read_in_two(bytes, each, limit, whole.said());
    for (auto const& asked : whole.requests())
        handle(asked);
    return 0;
}
