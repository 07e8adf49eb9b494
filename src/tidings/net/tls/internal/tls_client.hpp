// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tidings::internal {

/// The client's side of an encrypted connection, without its socket. Of what goes wrong `std::runtime_error`
/// says why, and what a person can do; the connection is to be closed then. Not thread-safe.
class encrypted_client
{
public:
    virtual ~encrypted_client() = default;

    /// Takes what has come, in any pieces, and says what the peer has said. First of all nothing: the client
    /// begins.
    virtual std::string decrypt(std::string_view bytes) = 0;
    /// Once it is established.
    virtual void encrypt(std::string_view text) = 0;
    /// What is to be sent; after an exception, so that the peer knows why.
    virtual std::string take_output() = 0;
    virtual bool is_established() const noexcept = 0;
};

/// Whom a client believes, and what it shows. Files are in PEM.
struct tls_client_rules
{
    std::string host{};       ///< a name, or an IP address, that the peer's certificate has to hold
    std::string ca_file{};    ///< who signs that; empty: whom the system trusts
    std::string chain_file{}; ///< what the client shows, with its key; empty: nothing
    std::string key_file{};
};

/// TLS 1.2 or 1.3, with a peer whose certificate is always checked. Reads the files. Throws
/// `std::runtime_error` with a text that names the file and says what to do.
std::unique_ptr<encrypted_client> make_tls_client(tls_client_rules rules);

} // namespace tidings::internal
