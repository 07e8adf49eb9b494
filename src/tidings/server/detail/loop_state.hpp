// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/reactor.hpp>
#include <tidings/server/detail/occupation.hpp>
#include <tidings/server/detail/reconnect_pace.hpp>
#include <tidings/server/detail/shared_state.hpp>
#include <tidings/wait/channel.hpp>

#include <random>

namespace tidings::detail {

class background;
class connection;
struct incoming;

/// Whether a connection is served, or why it is only told to come back.
enum class admission : std::uint8_t
{
    served,
    full,
    too_many_of_address,
};

/// The place of a connection among those of its loop that do the same.
struct connection_link : internal::list_link
{};

/// What the connections of one loop share. Touched by the loop's thread only.
class loop_state final : internal::loop_timer
{
public:
    loop_state(boost::asio::io_context& io, std::shared_ptr<shared_state> shared, std::uint64_t seed);
    ~loop_state();
    loop_state(loop_state const&) = delete;
    loop_state& operator=(loop_state const&) = delete;

    boost::asio::io_context& io;
    std::shared_ptr<shared_state> const shared;
    context_scope root; ///< above the loop's connections, for their timers
    std::mt19937_64 random;
    std::shared_ptr<internal::reactor> const sockets;
    loop_buffers buffers;
    std::atomic<bool> is_relief_due = false; ///< of the buffers, in a turn to come
    bool is_draining = false;
    std::atomic<time_point>& last_beat;
    channel<void> emptied{1}; ///< told when the last connection of a draining loop has gone

    /// Where input is read to before anyone looks at it: no connection keeps a buffer.
    std::array<char, 64 * 1024> scratch;

    /// From now on it is logged when something has blocked the loop: asked once a second, for the longest
    /// time.
    void watch_for_delays();
    using loop_timer::clear; ///< no more

    /// The value of Date now, made anew once a second. The view stays valid, and follows the time.
    std::string_view date();

    // When clients come back

    /// A pause for one stream, as long as the number of streams asks for.
    std::chrono::milliseconds reconnect_pause() { return draw_pause(mean_pause(), random()); }
    /// See `transport::new_pause`.
    std::optional<std::chrono::milliseconds> new_pause(std::uint8_t& told);
    opening_rate openings; ///< of streams

    // Requests

    /// Decides upon the head of a request, whichever protocol brings it: by checks and routes, by the bounds
    /// on bodies and streams, and by whether its connection is served. `body_size`: empty if it is not known.
    reception receive(request& head, std::optional<std::uint64_t> body_size,
                      internal::peer_address const& from, admission given);
    /// The answer to a request that is refused for a while.
    response refusal(request const& asked, int status, std::string_view why);
    /// Refuses a stream for a while if the server stops, or if its address or its principal has enough.
    /// `is_taken`: its places have been taken, and it is the last time that this is asked.
    std::optional<response> refuse_stream(request const& asked, bool is_taken);

    std::unique_ptr<incoming> take_incoming();
    void give_back(std::unique_ptr<incoming> used);

    // The loop's connections, in lists by what they do.
    void enter(connection& added) noexcept;
    void leave(connection& gone) noexcept;
    /// To the end of the list of those who do this: who has done it longest is first.
    void move(connection& moved, occupation now) noexcept;
    bool is_empty() const noexcept;
    /// Those who do this, or all; of each kind the longest first; `most` of them.
    std::vector<boost::intrusive_ptr<connection>> connections(std::optional<occupation> doing = {},
                                                              std::size_t most = SIZE_MAX);

private:
    static constexpr std::size_t kept_parsers = 64;

    void on_time() override;
    std::chrono::milliseconds mean_pause() const noexcept;
    char const* exceeded_limit(request const& asked, bool is_taken);
    internal::link_list& list_of(connection const& member) noexcept;

    std::vector<std::unique_ptr<incoming>> unused_;
    std::array<internal::link_list, static_cast<std::size_t>(occupation::count_of_occupations)> lists_;
    principal_bytes unsent_{*this, home()};
    std::array<char, 29> date_{};
    std::chrono::sys_seconds date_made_{};
};

/// Empties one loop: streams are ended one after the other, at most one each millisecond and loop, each with
/// a `retry:` of its own, so that their clients do not come back all at once; requests that are being
/// answered get half of the drain time. Comes back when no connection is left, and within the drain time in
/// any case. `work` is what belongs to no client, or null: told to end at the beginning, and waited for last.
boost::asio::awaitable<void> drain(std::shared_ptr<loop_state> loop, std::shared_ptr<background> work);

} // namespace tidings::detail
