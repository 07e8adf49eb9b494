// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/credentials.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

// As they stand in the handshake, each behind its length; the most wanted first.
constexpr std::string_view http1_alone = "\x08http/1.1";
constexpr std::string_view http2_too = "\x02h2\x08http/1.1";

credentials const& of(SSL const* session) noexcept
{
    return *static_cast<credentials const*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), 0));
}

int choose_by_name(SSL* session, int*, void*)
{
    char const* const asked = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    if (!asked)
        return SSL_TLSEXT_ERR_NOACK;
    std::string host(asked);
    std::ranges::transform(host, host.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    SSL_set_SSL_CTX(session, of(session).choose(host));
    return SSL_TLSEXT_ERR_OK;
}

// No agreement is none, and no alert: who speaks only another protocol is told so in words that it can show.
int choose_protocol(SSL* session, unsigned char const** chosen, unsigned char* size,
                    unsigned char const* offered, unsigned offered_size, void*)
{
    auto const& ours = *static_cast<std::string_view const*>(SSL_get_app_data(session));
    unsigned char* found = nullptr;
    bool const is_found =
        SSL_select_next_proto(&found, size, reinterpret_cast<unsigned char const*>(ours.data()),
                              static_cast<unsigned>(ours.size()), offered,
                              offered_size) == OPENSSL_NPN_NEGOTIATED;
    *chosen = found;
    return is_found ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

bool prepare_mac(EVP_MAC_CTX* mac, ticket_key& key)
{
    char digest[] = "SHA256";
    std::array const params{
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    return EVP_MAC_CTX_set_params(mac, params.data()) == 1;
}

// Returns as OpenSSL wants it: below 0 a failure, 0 for a ticket that is not ours, 1, and 2 to give a new
// one.
int seal_or_open_ticket(SSL* session, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                        EVP_MAC_CTX* mac, int is_sealed)
try {
    constexpr int failed = -1;
    constexpr int unknown = 0;
    constexpr int is_good = 1;
    constexpr int to_be_renewed = 2;
    auto& keys = of(session).tickets();
    auto const* const method = EVP_aes_256_cbc();
    if (is_sealed) {
        ticket_key key = keys.newest(clock::now());
        bool const is_ready = RAND_bytes(iv, EVP_CIPHER_get_iv_length(method)) == 1 &&
                              EVP_EncryptInit_ex2(cipher, method, key.cipher.data(), iv, nullptr) == 1 &&
                              prepare_mac(mac, key);
        std::ranges::copy(key.name, name);
        return is_ready ? is_good : failed;
    }
    auto found = keys.find(std::span<unsigned char const, 16>(name, 16), clock::now());
    if (!found)
        return unknown;
    bool const is_ready = EVP_DecryptInit_ex2(cipher, method, found->key.cipher.data(), iv, nullptr) == 1 &&
                          prepare_mac(mac, found->key);
    // A client of TLS 1.3 uses each ticket once (RFC 8446, C.4).
    bool const may_be_kept = found->is_newest && SSL_version(session) < TLS1_3_VERSION;
    return !is_ready ? failed : may_be_kept ? is_good : to_be_renewed;
} catch (...) { // no memory, no random bytes; nothing of ours may be thrown through OpenSSL
    return -1;
}

// A session that was begun under other rules for clients' certificates is not resumed under these.
void distinguish_sessions(SSL_CTX* context, tls_options const& options, std::string const& client_ca)
{
    std::string const rules = std::to_string(static_cast<int>(options.client_certificates)) + client_ca;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(rules.data(), rules.size(), digest.data(), &size, EVP_sha256(), nullptr);
    SSL_CTX_set_session_id_context(context, digest.data(), std::min(size, 32U));
}

void ask_clients(SSL_CTX* context, tls_client_certificates how, pem_text const& signers)
{
    for (auto const& each : read_certificates(signers)) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), each.get());
        SSL_CTX_add_client_CA(context, each.get());
    }
    bool const is_required = how == tls_client_certificates::required;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (is_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       nullptr);
}

openssl_ptr<ssl_ctx_st> make_context(credentials* owner)
{
    auto made = make_ssl_context(TLS_server_method());
    SSL_CTX* const context = made.get();
    SSL_CTX_set_ex_data(context, 0, owner);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, seal_or_open_ticket);
    SSL_CTX_set_tlsext_servername_callback(context, choose_by_name);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    return made;
}

pem_text client_signers(tls_options const& options)
{
    bool const are_asked = options.client_certificates != tls_client_certificates::none;
    bool const are_given = !options.client_ca_file.empty() || !options.client_ca.empty();
    if (are_asked != are_given)
        throw std::invalid_argument(
            are_asked ? "tidings: tls_options::client_certificates needs client_ca_file or client_ca, the "
                        "authorities that sign clients' certificates"
                      : "tidings: tls_options::client_ca has no effect while client_certificates is none");
    return are_asked ? pem_text::from(options.client_ca_file, options.client_ca, "tls_options::client_ca")
                     : pem_text();
}

} // namespace

credentials::credentials(tls_options const& options, std::shared_ptr<ticket_keys> tickets)
    : tickets_(std::move(tickets)), is_subject_principal_(options.subject_is_principal)
{
    if (options.certificates.empty())
        throw std::invalid_argument("tidings: tls_options::certificates is empty: a TLS server needs one");
    pem_text const signers = client_signers(options);
    for (auto const& each : options.certificates) {
        pair made{.shown = certificate(each), .context = make_context(this)};
        made.shown.show_in(made.context.get());
        distinguish_sessions(made.context.get(), options, signers.text);
        if (!signers.text.empty())
            ask_clients(made.context.get(), options.client_certificates, signers);
        pairs_.push_back(std::move(made));
    }
}

credentials::~credentials() = default;

openssl_ptr<ssl_st> credentials::make_session(bool with_http2) const
{
    ERR_clear_error();
    openssl_ptr<ssl_st> made(SSL_new(pairs_.front().context.get()));
    require_openssl(made != nullptr, "cannot make a TLS session");
    SSL_set_accept_state(made.get());
    SSL_set_app_data(made.get(), const_cast<std::string_view*>(with_http2 ? &http2_too : &http1_alone));
    return made;
}

ssl_ctx_st* credentials::choose(std::string_view host) const noexcept
{
    auto const has_name = [&](auto const& matches) {
        return std::ranges::find_if(
            pairs_, [&](pair const& each) { return std::ranges::any_of(each.shown.state().names, matches); });
    };
    auto at = has_name([&](std::string_view name) { return name == host; });
    if (at == pairs_.end())
        at = has_name([&](std::string_view name) { return is_name_of(name, host); });
    return (at == pairs_.end() ? pairs_.front() : *at).context.get();
}

std::vector<tls_certificate_state> credentials::certificates() const
{
    std::vector<tls_certificate_state> all;
    all.reserve(pairs_.size());
    for (auto const& each : pairs_)
        all.push_back(each.shown.state());
    return all;
}

std::vector<std::string> credentials::warnings(std::chrono::system_clock::time_point now) const
{
    std::vector<std::string> all;
    for (auto const& each : pairs_) {
        auto const& state = each.shown.state();
        auto const warn = [&](std::string_view what, auto when, std::string_view advice) {
            all.push_back(fmt::format("the certificate {} ({}) {} {:%F %T} UTC: clients will refuse it{}",
                                      each.shown.name(), state.fingerprint, what, fmt::gmtime(when), advice));
        };
        if (state.expires < now)
            warn("has expired at", state.expires, "; put a new one in its place and reload");
        else if (state.begins > now)
            warn("is not valid before", state.begins, " until then; look at the clock of this machine");
    }
    return all;
}

} // namespace tidings::detail
