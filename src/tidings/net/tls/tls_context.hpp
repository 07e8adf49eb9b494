// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/net/internal/encryption.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tidings {

namespace detail {
class credentials;
class ticket_keys;
class watched_files;
} // namespace detail

/// A certificate with the chain that signed it, and its key, in PEM: from files, or as text.
struct tls_certificate
{
    std::string chain_file{}; ///< the server's own certificate first
    std::string key_file{};   ///< without a passphrase
    std::string chain{};      ///< the text, if there is no file
    std::string key{};
};

/// Whether clients must present certificates.
enum class tls_client_certificates
{
    none,     ///< clients are not asked for one
    optional, ///< clients are asked, and need not have one; one that `client_ca` did not sign is refused
    required, ///< a client without one is refused in the handshake
};

/// What an endpoint encrypts with.
struct tls_options
{
    /// At least one. A client gets the one for the name that it asks for, otherwise the first. Names are
    /// those in the certificate (subjectAltName); the wildcard in "*.example.org" stands for one label.
    std::vector<tls_certificate> certificates{};

    tls_client_certificates client_certificates = tls_client_certificates::none;
    std::string client_ca_file{}; ///< certificates that may sign clients' certificates, concatenated PEM
    std::string client_ca{};      ///< the same as text, if there is no file
    /// Whether the subject of a client's certificate, such as "CN=sensor 7,O=Example", becomes the principal
    /// of its requests. Checks run after that, and may set another one.
    bool subject_is_principal = false;

    /// Secrets of at least 32 bytes that encrypt session tickets, newest first: only the first encrypts new
    /// ones. Servers that share them resume each other's sessions. Empty: the object uses its own random
    /// secrets, a new one every twelve hours, valid for a day.
    std::vector<std::string> ticket_secrets{};

    /// How often a server checks whether files have changed; it loads those that stayed the same from one
    /// check to the next. 0: never; `reload` and, in `server::run`, SIGHUP load them in any case.
    duration file_check_interval = std::chrono::seconds(10);

    /// Handshakes in progress on one loop. One more closes the connection of the oldest. 0 means 1; the
    /// largest value means no bound.
    std::size_t max_handshakes = 1024;
};

/// A certificate in use.
struct tls_certificate_state
{
    std::vector<std::string> names;
    std::string fingerprint; ///< SHA-256 of the certificate, "AB:CD:…"
    std::chrono::system_clock::time_point begins;
    std::chrono::system_clock::time_point expires;
};

/// What the TLS endpoints of servers share: certificates, keys and settings. TLS 1.2 and 1.3, with the suites
/// that Mozilla recommends as "intermediate"; no renegotiation, compression or early data. Files are read by
/// the constructor and `reload`, which block, and again by a server when they change, on its threads of
/// `run_blocking`. All members are safe from any thread.
///
///     auto const tls = std::make_shared<tidings::tls_context>(tidings::tls_options{
///         .certificates = {{.chain_file = "/etc/app/chain.pem", .key_file = "/etc/app/key.pem"}}});
///     tidings::server server({.listen = {{.host = "0.0.0.0", .port = 443, .tls = tls}}});
class tls_context final : public internal::encryption
{
public:
    /// Throws `std::runtime_error` with a message that names the file and says what to do if something cannot
    /// be read, is not PEM, has a passphrase, or does not belong together; `std::invalid_argument` for
    /// options that contradict each other. An expired certificate is served: see `warnings`.
    explicit tls_context(tls_options options);
    ~tls_context() override;

    tls_context(tls_context const&) = delete;
    tls_context& operator=(tls_context const&) = delete;

    /// Reads all files again; new handshakes use the result, and open connections continue. Throws like the
    /// constructor if something is wrong, and then changes nothing; the message has the fingerprint of what
    /// stays in use.
    void reload() { (void)refresh(true); }
    /// The same with different certificates, which later calls read again.
    void reload(std::vector<tls_certificate> certificates);

    /// Replaces `tls_options::ticket_secrets`. Throws `std::invalid_argument` if one is too short.
    void set_ticket_secrets(std::vector<std::string> const& newest_first);

    /// The certificates in use, in the order of the options.
    std::vector<tls_certificate_state> certificates() const;
    /// One line for each certificate that has expired or is not valid yet. A server logs them when it starts.
    std::vector<std::string> warnings() const override;

private:
    std::chrono::system_clock::time_point expires() const override;
    bool has_files() const override;
    duration file_check_interval() const override { return file_check_interval_; }
    std::string refresh(bool in_any_case) override;
    std::unique_ptr<internal::encrypted_stream>
    secure(boost::asio::io_context& io, internal::stream_socket const& socket, internal::reactor& sockets,
           internal::reactor::user& of, std::string already_read, bool with_http2) const override;
    std::shared_ptr<detail::credentials const> in_force() const;
    void reload(tls_options const& from);
    std::string fingerprints() const;

    std::shared_ptr<detail::ticket_keys> const tickets_;
    std::size_t const max_handshakes_;
    duration const file_check_interval_;
    mutable std::mutex reloading_; // one at a time; guards the options and their files too
    tls_options options_;
    std::unique_ptr<detail::watched_files> files_;
    mutable std::mutex lock_;
    std::shared_ptr<detail::credentials const> credentials_;
};

} // namespace tidings
