// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/sse/event_parser.hpp>

#include "tls_client.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// One client for whatever a server speaks, for tests that ask only what any client can see. Blocking: a call
/// in which nothing happens for ten seconds throws.
namespace tidings::test {

/// What is asked for.
struct asking
{
    std::string target = "/";
    std::string method = "GET";
    std::vector<std::pair<std::string, std::string>> fields{}; ///< their names in lower case
    std::optional<std::string> body{};
    bool holds_body_back = false; ///< the body is announced, with its length, and sent by `send_body`
};

/// A request that was sent, and its answer, which leaves when this is destroyed.
class answering
{
public:
    virtual ~answering() = default;

    /// Of the last head that has come, not counting 100: waits for it.
    int status();
    std::string header(std::string_view name);
    /// Waits until the server says that the body is wanted; false: it gave another answer.
    bool is_continued();

    /// More of the body; empty at its end, whichever it is.
    virtual std::string read_some() = 0;
    std::string read_body();
    std::optional<received_event> next_event();
    /// Whether the body that was read has had its proper end.
    virtual bool is_whole() = 0;

    virtual void send_body(std::string const& bytes) = 0;
    /// As a closed tab does.
    virtual void leave() = 0;

protected:
    struct head
    {
        int status = 0;
        std::vector<std::pair<std::string, std::string>> fields{}; // names in lower case
    };
    /// The last that has come, once there is one; null: none comes. One with 100 counts if `may_be_100`.
    virtual head const* wait_for_head(bool may_be_100) = 0;

private:
    event_parser events_;
    std::string body_;
};

class http_client
{
public:
    virtual ~http_client() = default;
    virtual std::unique_ptr<answering> ask(asking const& what) = 0;
};

/// How a server is spoken to.
struct spoken
{
    bool is_http2 = false;
    bool is_tls = false;
};

/// Each request over a connection of its own.
std::unique_ptr<http_client> http1_client(std::uint16_t port, bool over_tls);
/// All requests over one connection. What the test has not read of an answer opens no window of its stream;
/// that of the connection is always open, as browsers have it.
std::unique_ptr<http_client> http2_client(std::uint16_t port, bool over_tls);

inline std::unique_ptr<http_client> client_for(spoken how, std::uint16_t port)
{
    return how.is_http2 ? http2_client(port, how.is_tls) : http1_client(port, how.is_tls);
}

} // namespace tidings::test
