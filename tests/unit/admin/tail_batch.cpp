// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/tail_batch.hpp>
#include <tidings/sse/event.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using namespace tidings;
using Catch::Matchers::ContainsSubstring;
using detail::tail_batch;

TEST_CASE("events of a topic come in one message")
{
    tail_batch batch;
    CHECK(batch.is_empty());
    batch.add(event_text({.id = "7", .type = "price", .data = "\"1\""}));
    batch.add(event_text::comment("nothing to show"));
    batch.add(event_text({.data = ""}));
    CHECK(batch.take() == R"({"skipped":0,"events":[{"id":"7","type":"price","data":"\"1\"","size":3},)"
                          R"({"id":"","type":"message","data":"","size":0}]})");
    CHECK(batch.is_empty());
}

TEST_CASE("of many events the newest are shown, and of long ones the beginning")
{
    tail_batch batch;
    for (std::size_t i = 0; i < tail_batch::most_events + 5; ++i) {
        auto const id = "n" + std::to_string(i);
        batch.add(event_text({.id = id, .data = "x"}));
    }
    auto const many = batch.take();
    CHECK_THAT(many, ContainsSubstring(R"({"skipped":5,"events":[{"id":"n5",)"));
    auto const size = tail_batch::most_bytes + 1;
    auto const data = std::string(size, 'x');
    batch.add(event_text({.data = data}));
    auto const one = batch.take();
    CHECK_THAT(one, ContainsSubstring(R"({"skipped":0,)"));
    CHECK_THAT(one,
               ContainsSubstring('"' + std::string(size - 1, 'x') + "\",\"size\":" + std::to_string(size)));
}

TEST_CASE("a topic that has ended is over when its last events were taken")
{
    tail_batch batch;
    batch.add(event_text({.data = "last"}));
    batch.end();
    CHECK_FALSE(batch.is_over());
    (void)batch.take();
    CHECK(batch.is_over());
}
