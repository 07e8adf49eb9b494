// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/credentials.hpp>
#include <tidings/net/tls/detail/secured_socket.hpp>
#include <tidings/net/tls/detail/ticket_keys.hpp>
#include <tidings/net/tls/detail/watched_files.hpp>
#include <tidings/net/tls/tls_context.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tidings {

namespace {

// They are looked at here: the files are to be read after this.
std::unique_ptr<detail::watched_files> files_of(tls_options const& options)
{
    std::vector<std::string> paths{options.client_ca_file};
    for (auto const& each : options.certificates) {
        paths.push_back(each.chain_file);
        paths.push_back(each.key_file);
    }
    return std::make_unique<detail::watched_files>(std::move(paths));
}

} // namespace

tls_context::tls_context(tls_options options)
    : tickets_(std::make_shared<detail::ticket_keys>()), max_handshakes_(options.max_handshakes),
      file_check_interval_(options.file_check_interval), options_(std::move(options)),
      files_(files_of(options_))
{
    tickets_->use(options_.ticket_secrets);
    credentials_ = std::make_shared<detail::credentials const>(options_, tickets_);
}

tls_context::~tls_context() = default;

void tls_context::reload(std::vector<tls_certificate> certificates)
{
    std::lock_guard const one_at_a_time(reloading_);
    tls_options changed = options_;
    changed.certificates = std::move(certificates);
    auto files = files_of(changed);
    reload(changed);
    options_ = std::move(changed);
    files_ = std::move(files);
}

void tls_context::reload(tls_options const& from)
try {
    auto made = std::make_shared<detail::credentials const>(from, tickets_);
    std::lock_guard const guard(lock_);
    credentials_ = std::move(made);
} catch (std::exception const& refused) {
    throw std::runtime_error(
        fmt::format("{}; the certificates in use are still SHA-256 {}", refused.what(), fingerprints()));
}

bool tls_context::has_files() const
{
    std::lock_guard const one_at_a_time(reloading_);
    return !files_->empty();
}

std::string tls_context::refresh(bool in_any_case)
{
    std::lock_guard const one_at_a_time(reloading_);
    if (in_any_case)
        files_ = files_of(options_);
    else if (!files_->look())
        return {};
    reload(options_); // only changed below this lock
    return fmt::format("certificates were read from their files again; now in use: SHA-256 {}",
                       fingerprints());
}

std::string tls_context::fingerprints() const
{
    std::string all;
    for (auto const& each : certificates())
        all += fmt::format("{}{}", all.empty() ? "" : ", ", each.fingerprint);
    return all;
}

void tls_context::set_ticket_secrets(std::vector<std::string> const& newest_first)
{
    tickets_->use(newest_first);
}

std::vector<tls_certificate_state> tls_context::certificates() const
{
    return in_force()->certificates();
}

std::vector<std::string> tls_context::warnings() const
{
    return in_force()->warnings(std::chrono::system_clock::now());
}

std::chrono::system_clock::time_point tls_context::expires() const
{
    return std::ranges::min(certificates(), {}, &tls_certificate_state::expires).expires;
}

std::shared_ptr<detail::credentials const> tls_context::in_force() const
{
    std::lock_guard const guard(lock_);
    return credentials_;
}

std::unique_ptr<internal::encrypted_stream>
tls_context::secure(boost::asio::io_context& io, internal::stream_socket const& socket,
                    internal::reactor& sockets, internal::reactor::user& of, std::string already_read,
                    bool with_http2) const
{
    detail::socket_wire const over(socket, sockets, of, std::move(already_read));
    return std::make_unique<detail::secured_socket>(in_force(), max_handshakes_, with_http2,
                                                    detail::tls_loop::of(io), over);
}

} // namespace tidings
