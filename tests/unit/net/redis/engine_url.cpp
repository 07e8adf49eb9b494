// SPDX-License-Identifier: BSL-1.0
// URLs of engines: what they may say, what is wrong with others, and that nobody learns their passwords.
#include <tidings/net/redis/internal/engine_encryption.hpp>
#include <tidings/net/redis/internal/engine_url.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>

using namespace tidings::internal;
using Catch::Matchers::ContainsSubstring;

// All parts of a URL are read, with what was written in %; what is absent has its default.
TEST_CASE("the URL of an engine")
{
    auto const whole = parse_engine_url("redis://ann:p%40ss@[::1]:7000/3?prefix=my-hub");
    CHECK(whole.host == "::1");
    CHECK(whole.port == 7000);
    CHECK(whole.user == "ann");
    CHECK(whole.password == "p@ss");
    CHECK(whole.database == 3);
    CHECK(whole.prefix == "my-hub");
    CHECK(whole.name() == "::1 port 7000, database 3, keys my-hub");
    auto const least = parse_engine_url("redis://engine");
    CHECK(least.name() == "engine port 6379, database 0, keys tidings");
    CHECK(parse_engine_url("redis://:secret@engine").password == "secret");
    auto const local = parse_engine_url("unix://:secret@/run/my%20redis.sock?database=2&prefix=a");
    CHECK(local.unix_socket == "/run/my redis.sock");
    CHECK(local.password == "secret");
    CHECK(local.name() == "/run/my redis.sock, database 2, keys a");
}

// A text says what is wrong; neither it nor the name of the engine holds the password.
TEST_CASE("URLs that no engine has")
{
    struct fault
    {
        char const* url;
        char const* said;
    };
    auto const each = GENERATE(values<fault>({
        {"", "is not a URL"},
        {"redis://:hush@engine:port", "is not a URL"},
        {"127.0.0.1:6379", "is not a URL"},
        {"localhost:6379", "none of"},
        {"http://:hush@engine", "none of redis://, rediss:// and unix://"},
        {"redis://:hush@", "no host"},
        {"redis://:hush@engine:0", "port"},
        {"redis://:hush@engine/x", "database"},
        {"redis://:hush@engine/1000001", "database"},
        {"redis://hush@engine", "user without a password"},
        {"redis://:hush@engine?prefix=", "prefix"},
        {"redis://:hush@engine?prefix=a%7Bb%7D", "prefix"},
        {"redis://:hush@engine?database=1", "parameter \"database\""},
        {"redis://:hush@engine?ca=/ca.pem", "parameter \"ca\""},
        {"unix://:hush@/run/a?key=/key.pem", "parameter \"key\""},
        {"redis://:hush@engine#x", "#"},
        {"unix://:hush@", "no path"},
        {"unix://:hush@engine/run/a", "no path"},
    }));
    INFO(each.url);
    try {
        (void)parse_engine_url(each.url);
        FAIL("it was read");
    } catch (std::invalid_argument const& error) {
        CHECK_THAT(error.what(), ContainsSubstring(each.said) && !ContainsSubstring("hush"));
    }
    CHECK_THAT(parse_engine_url("redis://ann:hush@engine").name(), !ContainsSubstring("hush"));
}

// Whom it believes and what it shows are files; a build without TLS says so.
TEST_CASE("the URL of an engine behind TLS")
{
    if (!can_encrypt()) {
        CHECK_THROWS_WITH(parse_engine_url("rediss://:hush@engine"),
                          ContainsSubstring("no TLS") && !ContainsSubstring("hush"));
        return;
    }
    auto const least = parse_engine_url("rediss://engine");
    CHECK(least.is_encrypted);
    CHECK(least.ca_file.empty());
    CHECK(least.cert_file.empty());
    CHECK_FALSE(parse_engine_url("redis://engine").is_encrypted);
    auto const whole = parse_engine_url(
        "rediss://ann:pass@[::1]:6380/2?prefix=a&ca=/etc/my%20ca.pem&cert=/etc/cert.pem&key=/etc/key.pem");
    CHECK(whole.is_encrypted);
    CHECK(whole.host == "::1");
    CHECK(whole.port == 6380);
    CHECK(whole.database == 2);
    CHECK(whole.ca_file == "/etc/my ca.pem");
    CHECK(whole.cert_file == "/etc/cert.pem");
    CHECK(whole.key_file == "/etc/key.pem");
    CHECK_THROWS_WITH(parse_engine_url("rediss://engine?ca="), ContainsSubstring("names no file"));
    CHECK_THROWS_WITH(parse_engine_url("rediss://engine?ca=a%00b"), ContainsSubstring("names no file"));
    CHECK_THROWS_WITH(parse_engine_url("rediss://engine?cert=/etc/cert.pem"), ContainsSubstring("both"));
    CHECK_THROWS_WITH(parse_engine_url("rediss://engine?key=/etc/key.pem"), ContainsSubstring("both"));
    CHECK_THROWS_WITH(parse_engine_url("rediss://engine?verify=no"),
                      ContainsSubstring("parameter \"verify\""));
}
