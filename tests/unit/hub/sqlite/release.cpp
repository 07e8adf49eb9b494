// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/sqlite_store.hpp>

#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tidings;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;

namespace {

struct released_store
{
    scratch_folder folder;
    std::string path = folder.file("events.db");
    std::unique_ptr<sqlite_store> store = std::make_unique<sqlite_store>(path);
    store_user user{*store};

    // Whether it is kept.
    bool keep(std::uint64_t tag) const
    {
        std::promise<bool> is_kept;
        bool const is_taken =
            store->append("news", {.text = text_of(tag)},
                          [&](topic_store::kept const& answer) { is_kept.set_value(!answer.error); });
        return is_taken && is_kept.get_future().get();
    }
};

using tags = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("a store that was released is another's, and can still be read")
{
    released_store of;
    of.user.open("news");
    REQUIRE(of.keep(1));
    CHECK_THROWS_WITH(sqlite_store(of.path), ContainsSubstring("another store has it open"));
    // What is queued when it is released is kept.
    std::promise<bool> is_kept;
    REQUIRE(of.store->append("news", {.text = text_of(2)},
                             [&](topic_store::kept const& answer) { is_kept.set_value(!answer.error); }));
    of.store->release();
    CHECK(is_kept.get_future().get());
    CHECK_FALSE(of.keep(3));
    CHECK_THROWS_WITH(of.user.open("other"), ContainsSubstring("released to another process"));
    of.store->forget_before("news", 1);
    sqlite_store other(of.path);
    store_user next(other);
    CHECK(next.life().epoch == of.user.life().epoch);
    CHECK(next.open("news") == 2);
    CHECK(tags_of(of.user.read_page("news", 0).events) == tags{1, 2});
    CHECK_THROWS_WITH(of.store->reclaim(), ContainsSubstring("another store has it open"));
    of.store.reset(); // ends while it is released
    CHECK(tags_of(next.read_page("news", 0).events) == tags{1, 2});
}

TEST_CASE("a store that is reclaimed goes on")
{
    released_store of;
    of.user.open("news");
    REQUIRE(of.keep(1));
    of.store->release();
    of.store->release(); // it is already
    of.store->reclaim();
    CHECK(of.keep(2));
    CHECK(of.user.open("other") == 0);
    CHECK(tags_of(of.user.read_page("news", 0).events) == tags{1, 2});
    CHECK(of.user.life().newest == 0); // as it began
}

// Its registry knows nothing of what another process has published.
TEST_CASE("a store that another has written to meanwhile begins a new life")
{
    released_store of;
    of.user.open("news");
    REQUIRE(of.keep(1));
    of.store->release();
    {
        sqlite_store other(of.path);
        store_user next(other);
        next.open("news");
        std::promise<void> is_kept;
        REQUIRE(other.append("news", {.text = text_of(2)},
                             [&](topic_store::kept const&) { is_kept.set_value(); }));
        is_kept.get_future().wait();
    }
    of.store->reclaim();
    CHECK(of.user.open("news") == 2); // behind the life, which is told first
    CHECK(of.user.life().newest == 2);
    CHECK(of.keep(3));
    CHECK(tags_of(of.user.read_page("news", 0).events) == tags{1, 2, 3});
}
