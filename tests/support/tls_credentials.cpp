// SPDX-License-Identifier: BSL-1.0
#include "tls_credentials.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdexcept>

namespace tidings::test {

namespace {

template <auto Free>
struct freed
{
    template <class T>
    void operator()(T* each) const
    {
        Free(each);
    }
};
using bio = std::unique_ptr<BIO, freed<BIO_free>>;
using key = std::unique_ptr<EVP_PKEY, freed<EVP_PKEY_free>>;
using x509 = std::unique_ptr<X509, freed<X509_free>>;

bio over(std::string const& text)
{
    return bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_of(bio const& from)
{
    char* data = nullptr;
    long const size = BIO_get_mem_data(from.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

key read_key(std::string const& pem)
{
    auto const from = over(pem);
    return key(PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, nullptr));
}

void add_extension(X509* to, X509* by, int what, std::string const& value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, by, to, nullptr, nullptr, 0);
    X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
    if (!made)
        throw std::runtime_error("cannot make the extension " + value);
    X509_add_ext(to, made, -1);
    X509_EXTENSION_free(made);
}

made_certificate make(certificate_request const& what, made_certificate const* by)
{
    key const own(EVP_EC_gen("P-256"));
    x509 const made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), std::chrono::seconds(what.begins).count());
    X509_gmtime_adj(X509_getm_notAfter(made.get()), std::chrono::seconds(what.ends).count());
    X509_set_pubkey(made.get(), own.get());
    auto* const name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<unsigned char const*>(what.common_name.c_str()), -1, -1, 0);

    x509 signer;
    key signing;
    if (by) {
        auto const from = over(by->chain);
        signer.reset(PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr));
        signing = read_key(by->key);
    }
    X509* const issuer = signer ? signer.get() : made.get();
    X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
    if (what.is_authority)
        add_extension(made.get(), issuer, NID_basic_constraints, "critical,CA:TRUE");
    std::string names;
    for (auto const& each : what.dns)
        names += (names.empty() ? "DNS:" : ",DNS:") + each;
    for (auto const& each : what.addresses)
        names += (names.empty() ? "IP:" : ",IP:") + each;
    if (!names.empty())
        add_extension(made.get(), issuer, NID_subject_alt_name, names);
    X509_sign(made.get(), signing ? signing.get() : own.get(), EVP_sha256());

    bio const chain(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(chain.get(), made.get());
    bio const written(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(written.get(), own.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return {.chain = text_of(chain), .key = text_of(written)};
}

} // namespace

made_certificate make_certificate(certificate_request const& what)
{
    return make(what, nullptr);
}

made_certificate make_certificate(certificate_request const& what, made_certificate const& by)
{
    return make(what, &by);
}

std::string with_passphrase(std::string const& pem)
{
    auto const own = read_key(pem);
    bio const written(BIO_new(BIO_s_mem()));
    char phrase[] = "secret";
    PEM_write_bio_PKCS8PrivateKey(written.get(), own.get(), EVP_aes_256_cbc(), phrase, 6, nullptr, nullptr);
    return text_of(written);
}

} // namespace tidings::test
