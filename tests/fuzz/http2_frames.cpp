// SPDX-License-Identifier: BSL-1.0
// What comes to a session of HTTP/2: whatever it is, and wherever it is cut, each stream is told of a request
// in its order, and of nothing once it is closed; and what the session says is bounded.
#include "support/http2_frames.hpp"

#include <tidings/server/http2/detail/http2_session.hpp>

#include "input.hpp"
#include "require.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

using tidings::fuzz::input;
using tidings::fuzz::require;
namespace h2 = tidings::test::h2;

namespace {

constexpr std::size_t max_streams = 8;

/// Checks the order of what it is told.
class checking_stream final : public tidings::detail::session_stream
{
public:
    void add_field(std::string_view, std::string_view) override
    {
        require(!has_head && !is_closed, "fields come before the head's end");
    }
    void add_trailer(std::string_view, std::string_view) override
    {
        require(has_head && !is_whole && !is_closed, "trailers come behind the head");
    }
    void end_head(bool) override
    {
        require(!has_head && !is_closed, "a head ends once");
        has_head = true;
    }
    void add_body(std::string_view bytes) override
    {
        require(has_head && !is_whole && !is_closed, "a body comes behind the head");
        unread += bytes.size();
    }
    void end_request() override
    {
        require(has_head && !is_whole && !is_closed, "a request ends once");
        is_whole = true;
    }
    bool sends_last(std::size_t) override
    {
        require(false, "no answer was given");
        return false;
    }
    void window_grown(std::size_t by) override
    {
        require(by != 0 && !is_closed, "a window grows, of a stream that is open");
    }
    void closed() override
    {
        require(!is_closed, "a stream is closed once");
        is_closed = true;
    }

    bool has_head = false;
    bool is_whole = false;
    bool is_closed = false;
    std::size_t unread = 0;
};

/// A session, its streams, and what it has said.
class connection final : public tidings::detail::session_user
{
public:
    tidings::detail::session_stream* begin_stream(std::int32_t id) override
    {
        require(id % 2 == 1 && (streams.empty() || id > streams.rbegin()->first),
                "the number of a stream is new");
        auto& made = streams[id] = std::make_unique<checking_stream>();
        return made.get();
    }
    void ping_answered() override {}
    tidings::time_point time() const noexcept override { return tidings::time_point(std::chrono::hours(1)); }

    /// False once the session makes nothing of it.
    bool receive(std::string_view bytes)
    {
        bool const is_sound = session.receive(bytes);
        for (auto& [id, each] : streams)
            if (!each->is_closed && each->unread != 0)
                session.grant(id, std::exchange(each->unread, 0));
        std::size_t sent = 0;
        for (auto out = session.next(); !out.empty(); out = session.next()) {
            sent += out.size();
            require(sent < 1'000'000, "a session says only so much");
        }
        return is_sound && !session.has_ended();
    }

    std::map<std::int32_t, std::unique_ptr<checking_stream>> streams;
    tidings::detail::http2_session session{*this, {.max_streams = max_streams, .head_bytes = 16 * 1024}};
};

void give(std::string_view bytes, std::size_t piece)
{
    connection to;
    bool goes_on = to.receive(std::string(h2::preface) + h2::settings_of({}));
    for (; goes_on && !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
        goes_on = to.receive(bytes.substr(0, piece));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    input from(data, size);
    std::size_t const piece = 1 + from.choose(40);
    auto const bytes = from.rest();
    give(bytes, std::max<std::size_t>(bytes.size(), 1));
    give(bytes, piece);
    return 0;
}
