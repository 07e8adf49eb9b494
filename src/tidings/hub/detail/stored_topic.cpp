// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/detail/restoring.hpp>
#include <tidings/hub/detail/store_link.hpp>
#include <tidings/hub/detail/stored_topic.hpp>
#include <tidings/hub/detail/topic_state.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace tidings::detail {

namespace {

// The number of an own id that is on its way to the store: no client can have it yet.
constexpr std::uint64_t not_yet = std::numeric_limits<std::uint64_t>::max();

} // namespace

stored_topic::stored_topic(topic_state& of, std::shared_ptr<store_link> link)
    : topic_(of), link_(std::move(link))
{}

std::uint64_t stored_topic::newest_of_clients() const noexcept
{
    return std::max(ahead_, topic_.events().newest_number());
}

void stored_topic::close()
{
    for (std::size_t i = 0; i < opens_; ++i)
        link_->store().close(topic_.name());
}

bool stored_topic::append(stored_event draft, when_kept when_kept)
{
    own_ids& ids = topic_.events().ids();
    std::string const own_id = draft.own_id;
    std::size_t const bytes = draft.text.size();
    queue_.add(bytes);
    bool const is_new = ids.add(own_id, not_yet);
    // A store that does not answer would keep the topic, the registry and itself.
    auto const on_answer = [weak = topic_.weak_from_this(), own_id, bytes,
                            when_kept = std::move(when_kept)](topic_store::kept const& answer) {
        if (auto const topic = weak.lock())
            topic->stored()->on_kept(own_id, bytes, answer, when_kept);
        else if (when_kept)
            when_kept({.result = {}, .error = answer.error});
    };
    auto const take_back = [&] {
        queue_.take_back(bytes);
        if (is_new)
            ids.remove(own_id);
    };
    try {
        if (link_->store().append(topic_.name(), std::move(draft), on_answer))
            return true;
    } catch (...) {
        take_back();
        throw;
    }
    take_back();
    return false;
}

void stored_topic::on_kept(std::string const& own_id, std::size_t bytes, topic_store::kept const& answer,
                           when_kept const& when_kept)
{
    publish_result result;
    time_point const now = topic_.registry()->now();
    {
        registry_state::section const locked(*topic_.registry());
        queue_.remove(bytes);
        bool const is_gone = answer.error || answer.number <= newest_kept_; // or it was told of just now
        if (own_ids& ids = topic_.events().ids(); is_gone && ids.find(own_id) == not_yet)
            ids.remove(own_id);
        if (answer.error) {
            topic_.count(&topic_stats::not_kept, 1);
            topic_.followers().mark(); // a closed topic may be over now
        } else {
            if (answer.number == newest_kept_)
                result = last_delivery_;
            if (answer.number > 0)
                result.id = topic_.id_of(own_id, answer.number);
            result.replicas = answer.replicas;
            result.stored_only = answer.stored_only;
        }
        while (auto comment = queue_.release())
            topic_.deliver_comment(std::move(*comment), now);
    }
    topic_.give_room();
    if (when_kept)
        when_kept({.result = std::move(result), .error = answer.error});
}

order const* stored_topic::on_opened(std::uint64_t newest)
{
    ++opens_;
    newest_kept_ = newest;
    order* const numbers = link_->numbers();
    if (!numbers || newest > max_event_number)
        return nullptr;
    numbers->newest = std::max(numbers->newest, newest); // others may have published to it
    topic_.set_order(*numbers);
    return numbers;
}

void stored_topic::finish_restoring(restoring& by)
{
    by.finish(topic_.events(), topic_.registry()->now());
    // The process may have ended before the store deleted them.
    for (std::uint64_t const number : by.superseded)
        link_->store().forget(topic_.name(), number);
    if (by.kept_from > 0)
        link_->store().forget_before(topic_.name(), by.kept_from);
}

void stored_topic::begin_anew()
{
    is_loading_ = true;
    topic_.events().begin_anew();
    topic_.send_away();
}

bool stored_topic::accept(told_event event)
{
    history& events = topic_.events();
    auto& [number, previous, value] = event;
    bool const is_whole = std::exchange(newest_kept_, number) == previous;
    last_delivery_ = {};
    if (value && !value->own_id.empty()) {
        auto const known = events.ids().find(value->own_id);
        if (known == not_yet)
            events.ids().remove(value->own_id);
        else if (known)
            value.reset(); // another event has it
    }
    if (!is_whole || !value) { // who follows comes back with an id from before, and is told
        events.lose_up_to(value ? number - 1 : number);
        topic_.send_away();
    }
    if (value)
        last_delivery_ = topic_.deliver(std::move(*value), topic_.registry()->now());
    return is_whole;
}

} // namespace tidings::detail
