// SPDX-License-Identifier: BSL-1.0
#include <tidings/probe/detail/path_judgement.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

using namespace std::chrono_literals;

namespace tidings::detail {

namespace {

using std::chrono::milliseconds;

// A lost packet or a busy browser delays some events for a while; a buffer does so by much more.
constexpr milliseconds allowed_delay = 500ms;
// Events that come so shortly after each other have come together.
constexpr milliseconds together = 20ms;
constexpr std::size_t heap_size = 4;

struct pace
{
    milliseconds longest_delay{0}; // against the beat that came most promptly
    std::size_t largest_heap = 1;  // beats that came together
};

pace pace_of(std::vector<milliseconds> const& arrived)
{
    auto const delay = [&](std::size_t i) { return arrived[i] - static_cast<int>(i) * beat_period; };
    pace of;
    milliseconds least = delay(0);
    std::size_t heap = 1;
    for (std::size_t i = 1; i < arrived.size(); ++i) {
        least = std::min(least, delay(i));
        heap = arrived[i] - arrived[i - 1] < together ? heap + 1 : 1;
        of.largest_heap = std::max(of.largest_heap, heap);
    }
    for (std::size_t i = 0; i < arrived.size(); ++i)
        of.longest_delay = std::max(of.longest_delay, delay(i) - least);
    return of;
}

double seconds(milliseconds of)
{
    return std::chrono::duration<double>(of).count();
}

} // namespace

std::vector<path_finding> judge(path_observation const& seen)
{
    std::vector<path_finding> all;
    pace const of = seen.arrived.empty() ? pace{} : pace_of(seen.arrived);
    if (of.largest_heap >= heap_size && of.longest_delay > allowed_delay)
        all.push_back({path_symptom::buffers,
                       fmt::format("Something on the path buffers\n"
                                   "Up to {} events came together, the first of them {:.1f} s late. They "
                                   "were sent {} ms apart.",
                                   of.largest_heap, seconds(of.longest_delay), beat_period.count())});
    if (seen.arrived.size() < static_cast<std::size_t>(beat_count))
        all.push_back({path_symptom::loses_beats,
                       fmt::format("The stream of events ended early\n"
                                   "Only {} of {} events arrived. Something cuts streams, or holds them "
                                   "back and then gives up.",
                                   seen.arrived.size(), beat_count)});
    if (!seen.encoding.empty() && seen.encoding != "identity")
        all.push_back({path_symptom::compresses,
                       fmt::format("Something on the path compresses streams\n"
                                   "They came as {}, although the server asks for no-transform. Events are "
                                   "held until a block is full, or each costs a flush of the compressor.",
                                   seen.encoding)});
    if (seen.traffic_cut_after)
        all.push_back({path_symptom::cuts_all,
                       fmt::format("Streams are cut after {:.1f} s\n"
                                   "Also where events come. Browsers come back, and miss nothing where "
                                   "topics have a history, but each time costs a request.",
                                   seconds(*seen.traffic_cut_after))});
    else if (seen.silence_cut_after)
        all.push_back({path_symptom::cuts_silence,
                       fmt::format("Silent streams are cut after {:.1f} s\n"
                                   "Set server_options::keep_alive to {:.1f} s or less, or have the proxy "
                                   "wait longer.",
                                   seconds(*seen.silence_cut_after), seconds(*seen.silence_cut_after) / 2)});
    if (seen.protocol.starts_with("http/1"))
        all.push_back(
            {path_symptom::http1,
             "The browser speaks HTTP/1.1\n"
             "It opens at most six connections to a server: with six streams in all its tabs, "
             "anything else waits. Have the proxy, or the server itself, speak HTTP/2 to browsers."});
    return all;
}

} // namespace tidings::detail
