// SPDX-License-Identifier: BSL-1.0
// What an engine's errors mean, and which engines the hub can use.
#include <tidings/net/redis/internal/engine_fault.hpp>
#include <tidings/net/redis/internal/engine_info.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using namespace tidings::internal;
using Catch::Matchers::ContainsSubstring;

// Each error has one meaning, also where Redis 6.2 wraps it, and a text for a person.
TEST_CASE("what errors mean")
{
    struct known
    {
        char const* error;
        engine_error meaning;
        char const* advice;
    };
    auto const each = GENERATE(values<known>({
        {"LOADING Redis is loading the dataset in memory", engine_error::away, "is loading its data"},
        {"READONLY You can't write against a read only replica.", engine_error::away, "primary"},
        {"NOSCRIPT No matching script.", engine_error::away, "scripts"},
        {"BUSY Redis is busy running a script.", engine_error::away, "without end"},
        {"OOM command not allowed when used memory > 'maxmemory'.", engine_error::refused, "maxmemory"},
        {"MISCONF Redis is configured to save RDB snapshots", engine_error::refused, "snapshots"},
        {"NOREPLICAS Not enough good replicas to write.", engine_error::refused, "min-replicas"},
        {"NOAUTH Authentication required.", engine_error::lasting, "password"},
        {"WRONGPASS invalid username-password pair", engine_error::lasting, "password"},
        {"NOPERM this user has no permissions", engine_error::lasting, "may not do"},
        {"FORMAT 2", engine_error::lasting, "another version"},
        {"LIFE", engine_error::life, "LIFE"},
        {"GAP", engine_error::gap, "GAP"},
        {"ERR Error running script (call to f_1): @user_script:9: -OOM command not allowed",
         engine_error::refused, "maxmemory"},
        {"ERR Error running script (call to f_1): @user_script:9: -READONLY You can't", engine_error::away,
         "primary"},
        {"ERR no such thing", engine_error::refused, "no such thing"},
        {"OOMPH", engine_error::refused, "OOMPH"},
    }));
    CHECK(meaning_of(each.error) == each.meaning);
    CHECK_THAT(fault_of(each.error).what(), ContainsSubstring(each.advice));
    CHECK(fault_of(each.error).is_lasting == (each.meaning == engine_error::lasting));
}

// What an engine says goes into a line of a log: it stays one line, and short.
TEST_CASE("errors in a log")
{
    std::string const said = fault_of("ERR a\nb\x1b[31m" + std::string(1'000, 'x')).what();
    CHECK(said.size() < 300);
    CHECK_THAT(said, ContainsSubstring("a?b?[31m"));
}

// An engine is who it is until it starts again or is promoted; others are refused with a text that says why.
TEST_CASE("engines that the hub can use")
{
    std::string const good = "# Server\r\nredis_version:6.2.0\r\nredis_mode:standalone\r\nrun_id:aa\r\n"
                             "role:master\r\nmaster_replid:bb\r\nloading:0\r\ncluster_enabled:0\r\n";
    auto const found = identify_engine(good);
    CHECK(found.who == "aa bb");
    CHECK(found.version == "6.2.0");
    CHECK_FALSE(found.has_true_waitaof);
    CHECK_FALSE(found.has_append_file);
    CHECK(identify_engine(good + "aof_enabled:1\r\n").has_append_file);
    for (auto const* version : {"7.2.4", "8.0.2"}) { // the first is what a Valkey says
        std::string newer = good;
        newer.replace(newer.find("6.2.0"), 5, version);
        CHECK(identify_engine(newer).has_true_waitaof == (version[0] == '8'));
    }
    struct other
    {
        char const* instead_of;
        char const* with;
        char const* said;
        bool is_lasting;
    };
    auto const each = GENERATE(values<other>({
        {"redis_version:6.2.0", "redis_version:6.0.16", "6.2 or newer", true},
        {"redis_version:6.2.0", "redis_version:", "6.2 or newer", true},
        {"cluster_enabled:0", "cluster_enabled:1", "cluster", true},
        {"role:master", "role:slave", "replica", true},
        {"loading:0", "loading:1", "is loading its data", false},
        {"run_id:aa", "run_id:", "does not identify itself", true},
    }));
    std::string info = good;
    info.replace(info.find(each.instead_of), std::string(each.instead_of).size(), each.with);
    try {
        (void)identify_engine(info);
        FAIL("it was taken");
    } catch (engine_fault const& fault) {
        CHECK_THAT(fault.what(), ContainsSubstring(each.said));
        CHECK(fault.is_lasting == each.is_lasting);
    }
}
