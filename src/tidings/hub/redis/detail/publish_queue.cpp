// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/redis/detail/publish_queue.hpp>
#include <tidings/net/redis/internal/engine_fault.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tidings::detail {

using internal::engine_error;
using internal::engine_fault;

namespace {

// As many as the engine remembers of a producer.
constexpr std::size_t max_on_its_way = 256;
constexpr std::size_t max_bytes_on_its_way = 4 * 1024 * 1024;

std::exception_ptr error(std::string const& what)
{
    return std::make_exception_ptr(std::runtime_error("tidings: " + what));
}

std::exception_ptr not_kept(std::string const& why)
{
    return error("the event is not kept: " + why);
}

std::exception_ptr known_id(std::string const& id)
{
    return std::make_exception_ptr(std::invalid_argument(fmt::format(
        "tidings: the id \"{}\" has been published on this topic already; leave it out to let the "
        "topic number the event",
        id)));
}

// What the script has answered.
struct script_answer
{
    std::uint64_t number = 0;            ///< of the event; 0: nobody knows it any more
    bool is_known_id = false;            ///< it is refused: its own id is
    std::optional<std::uint64_t> last{}; ///< it is refused: this was the last sequence number of its producer
};

std::optional<script_answer> parse_answer(internal::engine_reply const& got)
{
    constexpr std::string_view gap = "gap ";
    if (got.is_text("duplicate"))
        return script_answer{};
    bool const is_gap = got.text.starts_with(gap);
    auto const number = internal::parse_number(got.text.substr(is_gap ? gap.size() : 0));
    if (got.what != internal::engine_reply::kind::text || !number)
        return std::nullopt;
    return is_gap ? script_answer{.last = number}
                  : script_answer{.number = *number, .is_known_id = *number == 0};
}

} // namespace

void publish_queue::push(queued_publish added)
{
    added.sequence = next_sequence_++;
    queue_.push_back(std::move(added));
}

queued_publish const* publish_queue::take()
{
    bool const is_full = on_its_way_ == max_on_its_way ||
                         (on_its_way_ > 0 && bytes_on_its_way_ >= max_bytes_on_its_way) || held_back_ > 0;
    if (is_full || on_its_way_ == queue_.size())
        return nullptr;
    queued_publish& event = queue_[on_its_way_];
    // One that the engine has from before is answered whatever stands before it.
    event.before = on_its_way_ == 0 ? last_ : std::max(last_, queue_[on_its_way_ - 1].sequence);
    ++on_its_way_;
    bytes_on_its_way_ += event.value.text.size();
    event.was_sent = true;
    return &event;
}

std::optional<queued_publish> publish_queue::answer(internal::engine_reply const& got)
{
    std::optional<queued_publish> kept;
    if (got.what == internal::engine_reply::kind::error) {
        on_error(got.text);
    } else {
        auto const meant = parse_answer(got);
        if (!meant || held_back_ > 0)
            throw engine_fault("its answer to a publish is invalid");
        last_ = std::max(last_, queue_.front().sequence);
        queued_publish event = pull(0);
        event.value.number = meant->number;
        if (meant->last)
            event.when_kept({.error = std::make_exception_ptr(topic_store::sequence_gap(*meant->last))});
        else if (meant->is_known_id)
            event.when_kept({.error = known_id(event.value.own_id)});
        else
            kept = std::move(event);
    }
    if (held_back_ == on_its_way_) // all have been answered: what was held back goes again
        begin_anew(last_);
    return kept;
}

void publish_queue::on_error(std::string const& text)
{
    switch (internal::meaning_of(text)) {
    case engine_error::gap:
        if (queue_[held_back_].before == last_)
            throw engine_fault("it has forgotten the events that it accepted from this process");
        ++held_back_;
        return;
    case engine_error::refused:
        return pull(held_back_)
            .when_kept({.error = not_kept(
                            fmt::format("the engine refuses it: {}", internal::fault_of(text).what()))});
    case engine_error::life:
        throw engine_fault("it has started a new life");
    case engine_error::away:
    case engine_error::lasting:
        throw internal::fault_of(text);
    }
}

// Of those on their way.
queued_publish publish_queue::pull(std::size_t at)
{
    auto const found = queue_.begin() + static_cast<std::ptrdiff_t>(at);
    queued_publish pulled = std::move(*found);
    queue_.erase(found);
    --on_its_way_;
    bytes_on_its_way_ -= pulled.value.text.size();
    return pulled;
}

void publish_queue::begin_anew(std::uint64_t last, std::vector<queued_publish> lost)
{
    queue_.insert(queue_.begin(), std::move_iterator(lost.begin()), std::move_iterator(lost.end()));
    last_ = last;
    on_its_way_ = held_back_ = 0;
    bytes_on_its_way_ = 0;
}

time_point publish_queue::due(duration timeout) const noexcept
{
    auto const first = std::ranges::find(queue_, false, &queued_publish::was_sent);
    return first == queue_.end() ? time_point::max() : later(first->since, timeout);
}

// Those that were sent come before those that were not, and may be kept: they wait for the engine.
void publish_queue::expire(time_point now, duration timeout)
{
    while (due(timeout) <= now) {
        auto const first = std::ranges::find(queue_, false, &queued_publish::was_sent);
        auto const when_kept = std::move(first->when_kept);
        queue_.erase(first);
        when_kept({.error = not_kept("the engine was not available in time")});
    }
}

void publish_queue::refuse_all(std::string const& why)
{
    on_its_way_ = held_back_ = 0;
    for (auto const queued = std::exchange(queue_, {}); queued_publish const& each : queued)
        each.when_kept({.error = each.was_sent ? error("it is unknown whether the event is kept: " + why)
                                               : not_kept(why)});
}

} // namespace tidings::detail
