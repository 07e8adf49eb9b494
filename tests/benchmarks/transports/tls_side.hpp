// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>

struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace tidings::benchmark {

/// A client's session, over a socket that does not block.
struct ssl_deleter
{
    void operator()(ssl_st* each) const;
};
using ssl_ptr = std::unique_ptr<ssl_st, ssl_deleter>;

/// What the sessions of many clients share. It trusts anybody.
class tls_side
{
public:
    explicit tls_side(bool with_http2);
    ~tls_side();
    tls_side(tls_side const&) = delete;
    tls_side& operator=(tls_side const&) = delete;

    /// Keeps the next session that a server gives a ticket for, and resumes it from then on.
    void keep_next_session() { keeps_ = true; }
    bool has_session() const { return session_ != nullptr; }

    ssl_ptr begin(int descriptor);

private:
    struct deleter
    {
        void operator()(ssl_ctx_st* each) const;
        void operator()(ssl_session_st* each) const;
    };

    static int on_session(ssl_st* of, ssl_session_st* given);

    std::unique_ptr<ssl_ctx_st, deleter> context_;
    std::unique_ptr<ssl_session_st, deleter> session_;
    bool keeps_ = false;
};

/// Goes on with a handshake; true once it is done. Ends the program when it fails.
bool is_established(ssl_ptr const& session);

/// Whether an established session goes on with another one.
bool is_resumed(ssl_ptr const& session);

/// Reads what has come; 0: nothing is there, below: the server has ended the session.
long read_some(ssl_ptr const& session, char* into, int size);

} // namespace tidings::benchmark
