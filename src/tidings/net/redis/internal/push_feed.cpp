// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/engine_fault.hpp>
#include <tidings/net/redis/internal/push_feed.hpp>

namespace tidings::internal {

namespace {

// No command holds the engine up for long.
constexpr std::size_t channels_a_command = 512;

} // namespace

void push_feed::authenticate(std::vector<std::string_view> const& words)
{
    append_command(output_, words);
    is_authenticating_ = true;
}

void push_feed::append(std::string_view command, std::vector<std::string_view>& channels)
{
    channels.insert(channels.begin(), command);
    append_command(output_, channels);
    channels.clear();
}

void push_feed::subscribe(std::vector<std::string> const& channels)
{
    std::vector<std::string_view> batch;
    for (std::string const& each : channels) {
        batch.emplace_back(each);
        if (batch.size() == channels_a_command)
            append("SUBSCRIBE", batch);
    }
    if (!batch.empty())
        append("SUBSCRIBE", batch);
    unconfirmed_ += channels.size();
}

void push_feed::unsubscribe(std::string_view channel)
{
    append_command(output_, {"UNSUBSCRIBE", channel});
}

std::optional<push_feed::heard> push_feed::next()
{
    while (auto got = reader_.next()) {
        using kind = engine_reply::kind;
        if (got->what == kind::error)
            throw fault_of(got->text);
        if (got->is_text("OK") && std::exchange(is_authenticating_, false))
            continue;
        if (got->what != kind::list || got->items.size() != 3 || got->items[1].what != kind::text)
            throw engine_fault("it sent an invalid push");
        auto& what = got->items[0];
        auto& channel = got->items[1];
        auto& content = got->items[2];
        if (what.is_text("unsubscribe"))
            continue;
        if (what.is_text("message") && content.what == kind::text)
            return heard{.channel = std::move(channel.text), .message = std::move(content.text)};
        if (!what.is_text("subscribe") || unconfirmed_ == 0)
            throw engine_fault("it sent an invalid push");
        --unconfirmed_;
        return heard{.channel = std::move(channel.text), .message = {}};
    }
    return std::nullopt;
}

} // namespace tidings::internal
