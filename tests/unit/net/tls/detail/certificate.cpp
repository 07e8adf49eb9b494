// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/certificate.hpp>

#include "support/tls_credentials.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using tidings::detail::certificate;
using tidings::detail::is_name_of;
using tidings::test::make_certificate;
using tidings::test::with_passphrase;

namespace {

tidings::test::made_certificate const& example()
{
    static auto const made = make_certificate({.dns = {"example.org", "*.Example.org"}});
    return made;
}

/// A file that is there for the length of a test.
struct file_of
{
    explicit file_of(std::string const& text)
        : path(std::filesystem::temp_directory_path() /
               ("tidings_tls_" + std::to_string(::getpid()) + ".pem"))
    {
        std::ofstream(path) << text;
    }
    ~file_of() { std::filesystem::remove(path); }
    file_of(file_of const&) = delete;
    file_of& operator=(file_of const&) = delete;

    std::filesystem::path path;
};

void refuses(tidings::tls_certificate const& given, std::string const& why)
{
    CHECK_THROWS_MATCHES(certificate(given), std::runtime_error, MessageMatches(ContainsSubstring(why)));
}

} // namespace

// A pair says its names, in lower case, when it is valid, and its fingerprint, as `openssl x509` prints it.
TEST_CASE("a certificate and its key are read from text")
{
    certificate const read({.chain = example().chain, .key = example().key});
    CHECK(read.state().names == std::vector<std::string>{"example.org", "*.example.org"});
    CHECK(read.state().fingerprint.size() == 32 * 3 - 1);
    CHECK(read.state().fingerprint[2] == ':');
    auto const now = std::chrono::system_clock::now();
    CHECK(read.state().begins < now);
    CHECK(read.state().expires > now + std::chrono::hours(23));
    CHECK(read.state().expires < now + std::chrono::hours(25));
}

// What a chain holds behind the first certificate is kept, in its order.
TEST_CASE("a chain is read with all of its certificates")
{
    auto const authority = make_certificate({.common_name = "authority", .is_authority = true});
    auto const own = make_certificate({.dns = {"example.org"}}, authority);
    certificate const read({.chain = own.chain + "\n" + authority.chain, .key = own.key});
    CHECK(read.chain().size() == 2);
}

// A file and a text are the same.
TEST_CASE("a certificate and its key are read from files")
{
    file_of const both(example().chain + example().key);
    certificate const read({.chain_file = both.path, .key_file = both.path});
    CHECK(read.name() == both.path);
    CHECK(read.state().names.size() == 2);
}

// Whoever reads the message knows which file is meant, what is wrong with it, and what to do.
TEST_CASE("a certificate that cannot be used is refused with a reason")
{
    auto const& good = example();
    refuses({.chain_file = "/nowhere/chain.pem", .key = good.key},
            "cannot read the file /nowhere/chain.pem: No such file");
    refuses({.chain_file = "/", .key = good.key}, "cannot read the file /");
    refuses({.chain = "hello", .key = good.key}, "tls_certificate::chain has no certificate in PEM");
    refuses({.chain = good.key, .key = good.key}, "tls_certificate::chain has no certificate in PEM");
    refuses({.chain = good.chain, .key = "hello"}, "tls_certificate::key has no private key in PEM");
    refuses({.key = good.key}, "give either tls_certificate::chain_file or tls_certificate::chain");
    refuses({.chain_file = "/a", .chain = good.chain, .key = good.key}, "and not both");
    refuses({.chain = good.chain, .key = with_passphrase(good.key)}, "has a passphrase");
    std::string damaged = good.chain;
    damaged.replace(damaged.size() / 2, 8, "AAAAAAAA");
    refuses({.chain = damaged, .key = good.key}, "tls_certificate::chain");
}

// The second certificate of a chain counts too: a client would miss it.
TEST_CASE("a chain with a damaged certificate in it is refused")
{
    refuses({.chain = example().chain + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
             .key = example().key},
            "cannot read certificate 2 of tls_certificate::chain");
}

// The two fingerprints are those of the public keys, with which each file can be found.
TEST_CASE("a key of another certificate is refused with both fingerprints")
{
    auto const other = make_certificate({.dns = {"other.org"}});
    try {
        certificate const read({.chain = example().chain, .key = other.key});
        FAIL("it was taken");
    } catch (std::runtime_error const& refused) {
        std::string const why = refused.what();
        CHECK_THAT(why, ContainsSubstring("does not belong to the certificate"));
        CHECK(std::ranges::count(why, ':') >= 62); // two fingerprints of 32 bytes
    }
}

// A star stands for one label, the first one, and for no more and no less.
TEST_CASE("names of certificates match hosts")
{
    CHECK(is_name_of("example.org", "example.org"));
    CHECK(is_name_of("*.example.org", "www.example.org"));
    CHECK_FALSE(is_name_of("*.example.org", "example.org"));
    CHECK_FALSE(is_name_of("*.example.org", "a.b.example.org"));
    CHECK_FALSE(is_name_of("*.example.org", ".example.org"));
    CHECK_FALSE(is_name_of("*.example.org", "wwwexample.org"));
    CHECK_FALSE(is_name_of("example.org", "www.example.org"));
    CHECK_FALSE(is_name_of("w*.example.org", "www.example.org"));
    CHECK_FALSE(is_name_of("", ""));
}
