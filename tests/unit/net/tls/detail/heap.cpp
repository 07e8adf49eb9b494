// SPDX-License-Identifier: BSL-1.0
#include "unit/net/tls/tls_pair.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <malloc.h>
#include <memory>
#include <openssl/opensslv.h>
#include <vector>

using tidings::test::certificate_for;
using tidings::test::credentials_of;
using tidings::test::tls_home;
using tidings::test::tls_pair;

// OpenSSL 3.0 needs 14.4 KB for a session, and from 3.2 on, which has a state of 4.4 KB for each
// direction, 21.9 KB. With its buffers, which it is to give back, it would be 33 KB more.
TEST_CASE("an idle session holds no buffers")
{
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
    SKIP("a sanitizer has a heap of its own");
#endif
#endif
    tls_home home;
    auto const by = credentials_of({.certificates = {certificate_for("example.org")}});
    std::vector<std::unique_ptr<tls_pair>> open;
    for (int i = 0; i != 50; ++i) {
        open.push_back(std::make_unique<tls_pair>(home, by));
        open.back()->exchange();
        open.back()->client->write("a request");
        open.back()->exchange();
        REQUIRE(open.back()->send("an event") == 8);
        open.back()->exchange();
    }
    auto const before = mallinfo2().uordblks;
    for (auto const& each : open)
        each->session.reset();
    auto const each = (before - mallinfo2().uordblks) / open.size();
    INFO(each << " bytes a session");
    CHECK(each < (OPENSSL_VERSION_NUMBER < 0x30200000L ? 16'000 : 23'500));
    CHECK(each > 10'000); // what is measured is a session
}
