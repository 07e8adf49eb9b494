// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/refused_for_now.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace tidings {

namespace {

// As an EventSource asks.
bool accepts_events_alone(request const& asked) noexcept
{
    if (asked.method() != "GET")
        return false;
    bool accepts_events = false;
    for (std::size_t i = 0; i != asked.header_count(); ++i) {
        auto [name, list] = asked.header_at(i);
        if (!detail::equals_ignoring_case(name, "Accept"))
            continue;
        while (!list.empty()) {
            std::string_view item = detail::take_list_item(list);
            if (item.empty())
                continue;
            item = item.substr(0, item.find_first_of("; \t"));
            if (!detail::equals_ignoring_case(item, "text/event-stream"))
                return false;
            accepts_events = true;
        }
    }
    return accepts_events;
}

} // namespace

response refused_for_now(request const& asked, int status, std::chrono::milliseconds pause,
                         std::string_view why)
{
    pause = std::max(pause, std::chrono::milliseconds(0));
    std::string reason(why);
    std::ranges::replace_if(reason, [](char c) { return c == '\r' || c == '\n'; }, ' ');
    if (accepts_events_alone(asked))
        return response::bytes(fmt::format("retry: {}\n: {}\n\n", pause.count(), reason), "text/event-stream")
            .with_header("Cache-Control", "no-store");
    auto const seconds = std::chrono::ceil<std::chrono::seconds>(pause);
    return response::text(reason + "\n", status)
        .with_header("Retry-After", fmt::to_string(seconds.count()))
        .with_header("Cache-Control", "no-store");
}

} // namespace tidings
