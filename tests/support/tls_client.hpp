// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tls_credentials.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace tidings::test {

struct tls_client_options
{
    std::string trusts{};                 ///< PEM of who signs the server's certificate; empty: anybody
    std::string asks_for{};               ///< the host, by SNI
    std::vector<std::string> protocols{}; ///< by ALPN
    made_certificate shows{};             ///< of its own
    bool is_at_most_1_2 = false;
};

/// The client's side of a TLS session in memory: bytes in, bytes out.
class tls_client
{
public:
    /// Resumes the session that another client has had, where one is given.
    explicit tls_client(tls_client_options const& options = {}, tls_client const* resumed = nullptr);
    ~tls_client();
    tls_client(tls_client const&) = delete;
    tls_client& operator=(tls_client const&) = delete;

    /// What the server has sent.
    void feed(std::string_view bytes);
    /// What is to be sent to the server; the handshake goes on as far as it can.
    std::string take();

    bool is_established() const;
    /// Why the session failed; empty: it has not.
    std::string const& failure() const { return failure_; }

    void write(std::string_view text);
    /// What can be read so far.
    std::string read();
    /// Whether the server has said that nothing more comes.
    bool has_end() const;
    void close_notify();
    void ask_for_new_keys(); ///< of both sides
    /// Tries to renegotiate (TLS 1.2); false when this side refuses already.
    bool renegotiate();

    bool is_resumed() const;
    std::string version() const;
    std::string suite() const;
    std::string protocol() const;
    /// The first DNS name of the server's certificate.
    std::string server_name() const;
    /// How many records of application data have come.
    std::size_t records() const { return records_; }

private:
    struct deleter
    {
        void operator()(ssl_ctx_st* each) const;
        void operator()(ssl_st* each) const;
        void operator()(ssl_session_st* each) const;
    };

    void note(int result);

    std::unique_ptr<ssl_ctx_st, deleter> context_;
    std::unique_ptr<ssl_st, deleter> ssl_;
    std::unique_ptr<ssl_session_st, deleter> session_; // that came last, in a ticket
    std::string failure_;
    std::size_t records_ = 0;
};

} // namespace tidings::test
