// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/loop_group.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tidings::detail {

namespace {

// Tells one life of a topic from another: 60 random bits.
std::string make_epoch()
{
    std::random_device random;
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    std::string epoch;
    for (int i = 0; i < 12; ++i)
        epoch += digits[random() % digits.size()];
    return epoch;
}

std::string_view name_of(gap missing)
{
    switch (missing) {
    case gap::evicted:
        return "evicted";
    case gap::restarted:
        return "restarted";
    case gap::unknown_id:
        return "unknown_id";
    case gap::none:
        break;
    }
    return "";
}

// Ids may hold any text but line breaks and NUL.
std::string json_string(std::string_view text)
{
    std::string quoted = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        if (static_cast<unsigned char>(c) < 0x20)
            quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            quoted += c;
    }
    return quoted + '"';
}

} // namespace

topic_state::topic_state(topic_options options)
    : options_(std::move(options)), history_(options_, make_epoch())
{}

publish_result topic_state::publish(event const& value)
{
    std::lock_guard const guard(lock_);
    if (is_closed_)
        throw std::logic_error("tidings: publish on a topic that has been closed");
    publish_result result{.id = history_.add(value, options_.now()), .receivers = subscribers_};
    wake_groups();
    return result;
}

void topic_state::wake_groups()
{
    for (auto const& each : groups_)
        each->wake(shared_from_this());
}

void topic_state::close()
{
    std::lock_guard const guard(lock_);
    if (!std::exchange(is_closed_, true))
        wake_groups();
}

bool topic_state::is_closed() const
{
    std::lock_guard const guard(lock_);
    return is_closed_;
}

std::string topic_state::position() const
{
    std::lock_guard const guard(lock_);
    return history_.position();
}

std::size_t topic_state::subscribers() const
{
    std::lock_guard const guard(lock_);
    return subscribers_;
}

std::shared_ptr<loop_group> topic_state::enter(boost::asio::any_io_executor const& executor,
                                               std::optional<std::string> const& last_event_id,
                                               start_position from, entrance& at)
{
    std::lock_guard const guard(lock_);
    history_.forget_old(options_.now());
    auto const place = last_event_id ? history_.find_after(*last_event_id) : history_.find(from);
    at.next = place.next;
    if (place.missing != gap::none)
        at.reset = fmt::format(R"({{"reason":"{}","oldest":{}}})", name_of(place.missing),
                               json_string(history_.oldest()));
    auto found =
        std::find_if(groups_.begin(), groups_.end(), [&](auto const& each) { return each->is_on(executor); });
    if (found == groups_.end())
        found = groups_.insert(groups_.end(), std::make_shared<loop_group>(executor, history_.end()));
    ++(*found)->count;
    ++subscribers_;
    return *found;
}

void topic_state::leave(loop_group& group)
{
    std::lock_guard const guard(lock_);
    --subscribers_;
    if (--group.count == 0)
        std::erase_if(groups_, [&](auto const& each) { return each.get() == &group; });
}

topic_state::batch topic_state::read(std::uint64_t from, std::size_t limit,
                                     std::vector<shared_frame>& into) const
{
    std::lock_guard const guard(lock_);
    if (from < history_.begin())
        return {.is_behind = true};
    history_.copy(from, limit, into);
    return {.is_last = is_closed_ && from + into.size() == history_.end()};
}

std::uint64_t topic_state::end() const
{
    std::lock_guard const guard(lock_);
    return history_.end();
}

} // namespace tidings::detail
