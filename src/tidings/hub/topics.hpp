// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_options.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/time.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings {

namespace detail {
class topics_state;
}

struct topics_options
{
    /// More are not made; clients may choose names.
    std::size_t max_topics = 100'000;
    /// A topic that nobody has used for this long is forgotten with its history (not what a log keeps). The
    /// time counts from the first look that finds it unused, so it may stay for up to twice as long.
    duration unused_timeout = std::chrono::minutes(10);
    /// The time for `unused_timeout`; a test gives its virtual time.
    std::function<time_point()> now = [] { return clock::now(); };
};

/// Topics by name, made when they are first asked for:
///
///     tidings::topics all;
///     all.add("builds/{id}", {.max_events = 10'000});
///     std::optional<tidings::topic> build = all.get("builds/17");
///
/// A topic is in use while anybody holds a handle of it, follows it, or waits to publish; one in use is never
/// forgotten. Unused ones are looked for in passing, a few with each `get`.
///
/// A handle: copies share the topics. All functions may be called from any thread.
class topics
{
public:
    explicit topics(topics_options options);
    topics(); ///< with the default options

    /// Topics whose names fit the pattern (see below) are made with these options and their own name. Of
    /// several patterns that fit, the first counts. Patterns consist of segments between slashes: `{…}`
    /// stands for any one that is not empty, a last `*` for all that follows.
    void add(std::string pattern, topic_options options);
    void add(std::string pattern); ///< with the default options

    /// The topic of that name. Empty when no pattern fits, the name is not UTF-8, or there are too many
    /// topics. Where the options
    /// name a log, a topic that is not in memory is read from it, which blocks: use `open`.
    std::optional<topic> get(std::string_view name);

    /// `get` for topics with a log: reads on a thread for blocking work (see `run_blocking`). Empty, too,
    /// when the context ended. Throws what the log throws.
    [[nodiscard]] boost::asio::awaitable<std::optional<topic>> open(context ctx, std::string name);

    /// Only if it is in memory.
    std::optional<topic> find(std::string_view name) const;

    /// All that are in memory.
    std::vector<topic> all() const;
    std::size_t size() const;

    /// Forgets all that have been unused for long enough; their number.
    std::size_t expire();

private:
    std::shared_ptr<detail::topics_state> state_;
};

} // namespace tidings
