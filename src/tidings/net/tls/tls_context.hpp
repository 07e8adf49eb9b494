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

/// A certificate with those that it was signed with, and its key, in PEM: from files, or as text.
struct tls_certificate
{
    std::string chain_file{}; ///< the server's own certificate first
    std::string key_file{};   ///< without a passphrase
    std::string chain{};      ///< text, where there is no file
    std::string key{};
};

/// Whether clients have to show certificates of their own.
enum class tls_client_certificates
{
    none,     ///< they are not asked
    optional, ///< they are asked, and may have none; one that is not signed by `client_ca` is refused
    required, ///< who has none is refused, in the handshake
};

/// What an endpoint encrypts with.
struct tls_options
{
    /// At least one. A client gets the one with the name that it asks for, else the first. The names are
    /// those in the certificate (subjectAltName); "*.example.org" stands for one label.
    std::vector<tls_certificate> certificates{};

    tls_client_certificates client_certificates = tls_client_certificates::none;
    std::string client_ca_file{}; ///< who signs them, in PEM; several may stand behind each other
    std::string client_ca{};      ///< the same as text, where there is no file
    /// Whether the subject of a client's certificate, such as "CN=sensor 7,O=Example", is the principal of
    /// its requests. Checks run after it, and may give another one.
    bool subject_is_principal = false;

    /// Secrets of 32 bytes and more that session tickets are sealed with, newest first: only the first seals.
    /// Servers that share them resume each other's sessions. Empty: secrets of this object's own, a new one
    /// each twelve hours, which last for a day.
    std::vector<std::string> ticket_secrets{};

    /// How often a server looks whether files have changed, to read them again when they stay the same from
    /// one look to the next. 0: never; `reload` and, in `server::run`, SIGHUP read them all the same.
    duration file_check_interval = std::chrono::seconds(10);

    /// Handshakes in progress on one loop. At one more the oldest of them is given up, and its connection
    /// closed. 0 is 1; the largest value is no bound.
    std::size_t max_handshakes = 1024;
};

/// A certificate in force.
struct tls_certificate_state
{
    std::vector<std::string> names;
    std::string fingerprint; ///< SHA-256 of the certificate, "AB:CD:…"
    std::chrono::system_clock::time_point begins;
    std::chrono::system_clock::time_point expires;
};

/// What TLS endpoints of servers share: certificates, keys, and rules. TLS 1.2 and 1.3, with the suites that
/// Mozilla recommends as "intermediate"; no renegotiation, compression or early data. Files are read by the
/// constructor and `reload`, which block for that, and again by a server, on its threads of `run_blocking`,
/// when they change. All members are safe from any thread.
///
///     auto const tls = std::make_shared<tidings::tls_context>(tidings::tls_options{
///         .certificates = {{.chain_file = "/etc/app/chain.pem", .key_file = "/etc/app/key.pem"}}});
///     tidings::server server({.listen = {{.host = "0.0.0.0", .port = 443, .tls = tls}}});
class tls_context final : public internal::encryption
{
public:
    /// Throws `std::runtime_error` with a text that names the file and says what to do when something cannot
    /// be read, is not PEM, has a passphrase, or does not belong together; `std::invalid_argument` for
    /// options that contradict each other. An expired certificate is served: see `warnings`.
    explicit tls_context(tls_options options);
    ~tls_context() override;

    tls_context(tls_context const&) = delete;
    tls_context& operator=(tls_context const&) = delete;

    /// Reads all files again; handshakes that begin from now on get what they hold. Open connections go on.
    /// Throws as the constructor does when something is wrong, with the fingerprint of what stays in force:
    /// then nothing has changed.
    void reload();
    /// The same with other certificates, which later calls read again.
    void reload(std::vector<tls_certificate> certificates);

    /// Replaces `tls_options::ticket_secrets`. Throws `std::invalid_argument` for one that is too short.
    void set_ticket_secrets(std::vector<std::string> const& newest_first);

    /// As given, in this order.
    std::vector<tls_certificate_state> certificates() const;
    /// One line for each certificate that has expired or is not valid yet. A server logs them when it starts.
    std::vector<std::string> warnings() const override;

private:
    bool has_files() const override;
    duration file_check_interval() const override { return file_check_interval_; }
    std::string refresh(bool in_any_case) override;
    std::unique_ptr<internal::encrypted_stream>
    secure(boost::asio::io_context& io, internal::stream_socket const& socket, internal::reactor& sockets,
           internal::reactor::user& of, bool with_http2) const override;
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
