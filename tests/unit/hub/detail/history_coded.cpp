// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/stream/internal/content_coding.hpp>

#include "../support.hpp"
#include "history_steps.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

using namespace tidings;
using namespace tidings::test;
using internal::coded_piece;

namespace {

constexpr std::size_t piece_size = 30;

/// A coding in which every text has the same size.
class even_coding final : public internal::content_coding
{
public:
    explicit even_coding(std::size_t index) : index_(index) {}

    std::string_view name() const noexcept override { return "even"; }
    std::size_t index() const noexcept override { return index_; }
    internal::shared_frame body_begin() const override { return {}; }
    coded_piece encode(std::string_view text) const override
    {
        return {.frame = internal::shared_frame(std::string(piece_size, 'z')), .text_size = text.size()};
    }
    coded_piece const& keep_alive() const noexcept override { return keep_alive_; }
    std::uint32_t join(std::uint32_t, coded_piece const&) const noexcept override { return 0; }
    internal::shared_frame body_end(std::uint32_t, std::uint64_t) const override { return {}; }

private:
    std::size_t index_;
    coded_piece keep_alive_{.frame = internal::shared_frame("z")};
};

class even_codings final : public internal::content_codings
{
public:
    std::shared_ptr<internal::content_coding const> choose(request const&) const override
    {
        return std::make_shared<even_coding>(0);
    }
};

internal::shared_frame frame_at(detail::history const& kept, std::uint64_t place)
{
    return kept.from(place).front().frame;
}

void encode(internal::shared_frame const& each, std::size_t coding)
{
    (void)each.forms()->in(even_coding(coding), each.text());
}

} // namespace

// What an event is in a coding counts when it is made, once for each coding, and no longer than the event is
// in the history. The oldest go for it, but none that is needed, and not the newest.
TEST_CASE("what is compressed counts for a history")
{
    constexpr std::size_t text_size = sizeof("id: life-1\ndata: x\n\n") - 1;
    topic_options options;
    options.history_bytes = 2 * text_size + 2 * piece_size - 1;
    options.compression = std::make_shared<even_codings>();
    numbered_history kept(options);
    kept.add_event({.data = "x"});
    kept.add_event({.data = "x"});
    auto const first = frame_at(kept, 1);
    auto const memory = kept.memory();
    CHECK(kept.bytes() == 2 * text_size);

    encode(first, 0);
    encode(first, 0);
    CHECK(kept.bytes() == 2 * text_size + piece_size);
    CHECK(kept.memory() == memory + piece_size);
    kept.forget_old(start, nothing_needed);
    CHECK(kept.count() == 2);

    encode(first, 1);
    CHECK(kept.bytes() == 2 * text_size + 2 * piece_size);
    kept.forget_old(start, 1);
    CHECK(kept.count() == 2);
    kept.forget_old(start, nothing_needed);
    CHECK(kept.count() == 1);
    CHECK(kept.bytes() == text_size);

    {
        auto const second = frame_at(kept, 2);
        kept.add_event({.data = "x"});
        kept.lose_up_to(2);
        encode(second, 0); // for a stream that has it still
        CHECK(kept.bytes() == text_size + piece_size);
    }
    CHECK(kept.bytes() == text_size);
}

// A registry counts what its topics hold, once: the text of all events, and what streams have had made.
TEST_CASE("what is compressed counts for a registry")
{
    testing::virtual_time time;
    topic_registry const all = in_virtual_time(time, topic_registry({.log = {}}));
    all.add("{name...}", {.compression = std::make_shared<even_codings>()});
    topic const news = *all.get("news");
    auto const growth = [&](std::string_view data) {
        std::size_t const before = all.stats().bytes;
        news.publish({.data = data});
        time.run_until_idle();
        return all.stats().bytes - before;
    };
    news.publish({.data = "x"});
    std::size_t const alone = growth("x");
    CHECK(growth("x" + std::string(100, 'x')) == alone + 100);
    testing::stream reader(time, following(news), request::get("/"));
    CHECK(growth("x") == alone);
    CHECK(growth("x") == alone + piece_size); // of the event before it
}
