// SPDX-License-Identifier: BSL-1.0
// Stores whose files were damaged, or written by somebody else: a topic opens with events that can be sent,
// numbers that go on and ids that lead back, or says which file is damaged.
#include <tidings/http/internal/request_parser.hpp>
#include <tidings/hub/sqlite/sqlite_store.hpp>
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/sse/event_parser.hpp>
#include <tidings/sse/utf8.hpp>
#include <tidings/wait/context.hpp>

#include "input.hpp"
#include "require.hpp"
#include "support/scratch_folder.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using tidings::fuzz::input;
using tidings::fuzz::require;

namespace {

struct kind_of_topic
{
    char const* name;
    tidings::overflow overflow;
};
constexpr std::array kinds{kind_of_topic{"news", tidings::overflow::cut},
                           kind_of_topic{"own ids", tidings::overflow::drop_oldest},
                           kind_of_topic{"keys", tidings::overflow::keep_latest}};

std::string read(std::string const& path)
{
    std::ifstream from(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), {}};
}

void write(std::string const& path, std::string const& content)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

tidings::topic_registry topics_of(std::shared_ptr<tidings::sqlite_store> const& store)
{
    tidings::topic_registry all({.log = {}});
    for (auto const& kind : kinds)
        all.add(kind.name, {.overflow = kind.overflow, .store = store});
    return all;
}

bool wait_for_all(auto const&... topics)
{
    while (((topics.stats().published < 4) || ...))
        std::this_thread::yield();
    return true;
}

/// The files of a store that was closed, and of the same store before that.
struct good_store
{
    std::string closed;
    std::string open;
    std::string open_wal;

    good_store()
    {
        tidings::test::scratch_folder const folder;
        auto const path = folder.file("good.db");
        {
            auto all = topics_of(std::make_shared<tidings::sqlite_store>(path));
            auto news = *all.open_blocking(kinds[0].name);
            auto own = *all.open_blocking(kinds[1].name);
            auto keys = *all.open_blocking(kinds[2].name);
            for (int i = 1; i <= 4; ++i) {
                auto const id = "own-" + std::to_string(i);
                (void)news.try_publish({.type = "news", .data = "line one\nline two"});
                (void)own.try_publish({.id = id, .data = "some data"});
                (void)keys.try_publish(i % 2 ? "odd" : "even", {.data = "a value"});
            }
            require(wait_for_all(news, own, keys), "events are kept", "");
            open = read(path);
            open_wal = read(path + "-wal");
        }
        closed = read(path);
    }
};

// Damage

void change_value(std::string const& path, input& from)
{
    static constexpr std::array statements{
        "UPDATE store SET epoch = ?1",
        "UPDATE store SET newest = ?1",
        "UPDATE topics SET lost = ?1 WHERE id = ?2",
        "UPDATE topics SET name = ?1 WHERE id = ?2",
        "UPDATE events SET number = ?1 WHERE rowid = ?2",
        "UPDATE events SET own_id = ?1 WHERE rowid = ?2",
        "UPDATE events SET key = ?1 WHERE rowid = ?2",
        "UPDATE events SET text = ?1 WHERE rowid = ?2",
        "UPDATE events SET published = ?1 WHERE rowid = ?2",
        "UPDATE events SET topic = ?1 WHERE rowid = ?2",
    };
    sqlite3* database = nullptr;
    sqlite3_open(path.c_str(), &database);
    sqlite3_exec(database, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY", nullptr, nullptr,
                 nullptr);
    sqlite3_stmt* change = nullptr;
    if (sqlite3_prepare_v2(database, statements[from.choose(statements.size() - 1)], -1, &change, nullptr) ==
        SQLITE_OK) {
        sqlite3_bind_int64(change, 2, static_cast<std::int64_t>(1 + from.choose(12)));
        auto const kind = from.choose(3);
        auto const value = from.text(kind == 0 ? sizeof(std::int64_t) : from.choose(60));
        std::int64_t number = 0;
        std::memcpy(&number, value.data(), std::min(value.size(), sizeof number));
        if (kind == 0)
            sqlite3_bind_int64(change, 1, number);
        else if (kind == 1)
            sqlite3_bind_blob(change, 1, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
        else
            sqlite3_bind_text(change, 1, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
        sqlite3_step(change); // what the tables' own rules refuse is no damage
    }
    sqlite3_finalize(change);
    sqlite3_close(database);
}

void damage(std::string& content, input& from)
{
    if (content.empty())
        return;
    std::size_t const at = (from.choose(255) * 256 + from.choose(255)) % content.size();
    switch (from.choose(3)) {
    case 0:
        content.resize(at);
        break;
    case 1: {
        std::size_t const size = std::min(content.size() - at, 1 + from.choose(255) * 8);
        content.replace(at, size, std::string(size, '\0'));
        break;
    }
    default: {
        auto const bytes = from.text(1 + from.choose(15));
        content.replace(at, std::min(content.size() - at, bytes.size()), bytes);
    }
    }
}

void write_damaged_store(std::string const& path, good_store const& good, input& from)
{
    bool const is_closed = from.choose(1) == 0;
    write(path, is_closed ? good.closed : good.open);
    for (auto changes = is_closed ? from.choose(3) : 0; changes > 0; --changes)
        change_value(path, from);
    auto content = read(path);
    auto wal = is_closed ? std::string() : good.open_wal;
    for (auto changes = from.choose(3); changes > 0; --changes)
        damage(from.choose(1) == 0 ? content : wal, from);
    write(path, content);
    if (!is_closed)
        write(path + "-wal", wal);
}

// What a topic makes of it

void require_can_come_back(std::string const& id)
{
    constexpr std::size_t longest_id = 1024;
    tidings::internal::request_parser parser;
    auto const state = parser.feed("GET / HTTP/1.1\r\nHost: a\r\nLast-Event-ID: " + id + "\r\n\r\n").state;
    require(state == tidings::internal::parse_state::complete && parser.take().last_event_id() == id &&
                id.size() <= longest_id,
            "an id comes back through a header as it was", id);
}

void require_can_be_sent(tidings::event_text const& event)
{
    std::string const text(event.text());
    require(tidings::is_valid_utf8(text) && text.ends_with("\n\n"), "the text of an event is whole", text);
    tidings::event_parser client;
    std::string_view rest = text;
    auto const read = client.next(rest);
    require(rest.empty() && (read.has_value() == event.has_data()), "an event is one event to its client",
            text);
    if (event.type() == "tidings-reset")
        return;
    require(!event.id().empty() && client.last_event_id() == event.id(), "an event of a store has its id",
            text);
    require_can_come_back(client.last_event_id());
}

std::vector<std::string> ids_of(tidings::subscription& client)
{
    std::vector<std::string> ids;
    while (auto const event = client.try_receive()) {
        require_can_be_sent(*event);
        if (event->type() != "tidings-reset")
            ids.emplace_back(event->id());
    }
    return ids;
}

asio::awaitable<tidings::publish_result> publish_one(tidings::context ctx, tidings::topic to)
{
    tidings::event const value{.data = "after the damage"};
    co_return co_await to.publish(ctx, value);
}

void use_topic(tidings::topic_registry& known, kind_of_topic const& kind)
{
    asio::io_context loop;
    tidings::context_scope const ctx = tidings::context::root(loop.get_executor());
    auto topic = *known.open_blocking(kind.name);
    tidings::subscription all(ctx, topic, tidings::from_oldest());
    auto const ids = ids_of(all);
    auto const position = topic.position();
    require_can_come_back(position);

    auto kept = asio::co_spawn(loop, publish_one(ctx, topic), asio::use_future);
    loop.run();
    auto const id = kept.get().id;
    require_can_come_back(id);
    for (auto const& each : ids)
        require(each != id, "a new event has a new id", id);

    tidings::topic_list list;
    list.add(topic);
    tidings::subscription back(ctx, list, position);
    require(ids_of(back) == std::vector<std::string>{id}, "who comes back gets what is new", position);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    static good_store const good;
    static tidings::test::scratch_folder const folder;
    auto const path = folder.file("damaged.db");
    input from(data, size);
    write_damaged_store(path, good, from);
    std::optional<tidings::topic_registry> all;
    auto const try_to = [&](auto const& action) {
        try {
            action();
        } catch (std::runtime_error const& error) {
            require(std::string_view(error.what()).starts_with("tidings: the store"),
                    "an error speaks of the store", error.what());
        }
    };
    tidings::sqlite_store_options options;
    options.log = [](tidings::log_level, std::string_view) {};
    try_to([&] { all.emplace(topics_of(std::make_shared<tidings::sqlite_store>(path, options))); });
    for (auto const& kind : kinds)
        if (all)
            try_to([&] { use_topic(*all, kind); });
    all.reset();
    for (auto const* end : {"", "-wal", "-shm"})
        std::filesystem::remove(path + end);
    return 0;
}
